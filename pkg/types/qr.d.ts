/** `tillside/qr`: a text as a QR code. */

export interface Code {
  version: number;
  /** Modules on each side, without the quiet zone. */
  size: number;
  dark(x: number, y: number): boolean;
}

/** The smallest QR code of a text in byte mode; null where it is longer than any holds (2331 bytes of level M, 2953 of L). */
export declare function qr(text: string, options?: { level?: "L" | "M" }): Code | null;
/** Its dark modules as the path of an SVG of `size` by `size`, with four modules of quiet zone around them. */
export declare function path(code: Code): { size: number; d: string };
