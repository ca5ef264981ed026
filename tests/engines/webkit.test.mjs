// Every scenario in WebKit. A file for each engine, so that they run side by side.

import { scenarios } from "./scenarios/index.mjs";

scenarios("webkit");
