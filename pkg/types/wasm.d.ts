/** What a tool makes of the file, an address, bytes or a compiled module; each may be given to `open` as `wasm`. */
declare const wasm: string | object;
export default wasm;
