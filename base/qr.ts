/** QR codes as SVG. */
import { renderSVG } from 'uqr';

/** With the quiet zone that scanners need. */
export const renderQr = (text: string): string => renderSVG(text, { border: 2 });
