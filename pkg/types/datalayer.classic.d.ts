/** A classic script; it leaves a global `tillsideDataLayer` with what `tillside/datalayer` exports. */
export {};
