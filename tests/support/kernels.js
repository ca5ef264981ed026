// The kernels' module, in a page and in Node.
// @ts-check

/** @typedef {Record<string, (...numbers: number[]) => number> & { memory: WebAssembly.Memory }} Kernels */

/** @param {BufferSource} bytes @returns {Promise<{ kernels: Kernels, fill: (bytes: Uint8Array) => void }>} */
export async function instantiate(bytes) {
  const module = await WebAssembly.compile(bytes);
  // The crate brings the engine's bindings along; nothing here calls them.
  /** @type {Record<string, Record<string, () => void>>} */
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => {};
  const instance = await WebAssembly.instantiate(module, imports);
  const kernels = /** @type {Kernels} */ (/** @type {unknown} */ (instance.exports));
  const fill = (/** @type {Uint8Array} */ bytes) => {
    const at = kernels.room?.(bytes.length) ?? 0;
    new Uint8Array(kernels.memory.buffer).set(bytes, at);
  };
  return { kernels, fill };
}

/** The seeds for which a kernel on simd128 differs from itself on plain arrays. @param {BufferSource} bytes @param {number} seeds */
export async function differing(bytes, seeds) {
  const { kernels } = await instantiate(bytes);
  return Array.from({ length: seeds }, (_, seed) => [seed, kernels.differing?.(seed)]).filter(([, bits]) => bits !== 0);
}
