// A browser's folder, which the browser's helpers leave a little later than the browser ends.

import { rmSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const PATIENCE_MS = 20_000;

/** @param {string} folder */
export async function remove(folder) {
  for (const end = Date.now() + PATIENCE_MS; ; await wait(200)) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
