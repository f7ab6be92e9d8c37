// Draws a QR code.

const NAMESPACE = 'http://www.w3.org/2000/svg';
/** Scanners want that many light modules around the code. */
const QUIET = 4;

/**
 * @param {string[]} rows from above, `1` for a dark module
 * @param {string} label
 * @returns {SVGSVGElement}
 */
export function qrCode(rows, label) {
  const size = rows.length + 2 * QUIET;
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  svg.setAttribute('shape-rendering', 'crispEdges');
  const path = document.createElementNS(NAMESPACE, 'path');
  path.setAttribute(
    'd',
    rows
      .flatMap((row, y) =>
        Array.from(
          row.matchAll(/1+/g),
          ({ 0: run, index }) => `M${index + QUIET} ${y + QUIET}h${run.length}v1h-${run.length}z`,
        ),
      )
      .join(''),
  );
  svg.append(path);
  return svg;
}
