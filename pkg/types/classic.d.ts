/** A classic script; it leaves a global `tillside` with all that the package exports. */
export {};
