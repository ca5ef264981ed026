// What `cargo xtask test` puts around a test. To run one by hand, set the variables that it asks for.

import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** @param {"TILLSIDE" | "TILLSIDE_SHOP" | "TILLSIDE_MODEL" | "TILLSIDE_SITE" | "TILLSIDE_KERNELS" | "CHROMIUM" | "FIREFOX" | "WEBKIT" | "WEBKIT_DRIVER" | "XVFB" | "PYTHONPATH"} name */
export function given(name) {
  const value = process.env[name];
  if (!value) throw new Error(`the variable ${name} is not set: run \`cargo xtask test\`, which sets it`);
  return value;
}
