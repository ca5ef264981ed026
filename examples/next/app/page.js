// The server renders the placeholders of the shelf; the list is the shopper's own, and is made on their device.
import { ForYou } from "./for-you.js";

export default () => <main><h2>For you</h2><ForYou /></main>;
