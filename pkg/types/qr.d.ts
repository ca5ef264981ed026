/** QR codes (ISO/IEC 18004).
 *
 *  @module tillside/qr */

/** A QR code as a square of modules. */
export interface Code {
  /** Version, 1–40, which decides the size. */
  version: number;
  /** Modules on each side, without the quiet zone. */
  size: number;
  /** Whether the module in column `x` and row `y`, counted from 0, is dark. */
  dark(x: number, y: number): boolean;
}

/** The smallest QR code of a text in byte mode; null where it is longer than any holds (2331 bytes of level M, 2953 of L). */
export declare function qr(text: string, options?: { level?: "L" | "M" }): Code | null;
/** Its dark modules as the path of an SVG of `size` by `size`, with four modules of quiet zone around them. */
export declare function path(code: Code): { size: number; d: string };
