export const metadata = { title: "Next shop", icons: "/icon.svg" };

export default ({ children }) => <html lang="en"><body>{children}</body></html>;
