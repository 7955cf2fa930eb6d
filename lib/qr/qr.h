/*
 * qr.h - a text as a QR code (ISO/IEC 18004), to be drawn.
 *
 * By libqrencode, the only room that includes it. Thread-safe: nothing is kept.
 */
#ifndef RT_QR_QR_H
#define RT_QR_QR_H

#include "lib/base/buf.h"

#define QR_TEXT_MAX 500   /* bytes */
#define QR_QUIET    4     /* modules around it that stay light */
#define QR_PATH_MAX 40000 /* bytes of a path for a text that long */

/* Appends the dark modules as path data of SVG ("M4 4h7v1h-7z…"), one module
 * a unit, with the quiet zone; *side: of the whole square. ERR_TOOBIG: the
 * text, or the path for out; ERR_NOMEM. */
RT_MUST_USE enum err qr_path(const char *text, struct buf *out,
    unsigned int *side);

#endif
