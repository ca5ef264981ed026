export const metadata = { title: "Next shop" };

export default ({ children }) => <html lang="en"><body>{children}</body></html>;
