#include "lib/qr/qr.h"

#include <qrencode.h>
#include <string.h>

/* One row's runs of dark modules. Bit 0 of a module is its colour. */
static void put_row(const unsigned char *row, int width, int y, struct buf *out)
{
	int x = 0;

	while (x < width) {
		int n = 0;

		while (x + n < width && (row[x + n] & 1U) != 0)
			n++;
		if (n > 0)
			buf_printf(out, "M%d %dh%dv1h-%dz", x + QR_QUIET,
			    y + QR_QUIET, n, n);
		x += n > 0 ? n : 1;
	}
}

enum err qr_path(const char *text, struct buf *out, unsigned int *side)
{
	QRcode *q;
	enum err e;

	if (strlen(text) > QR_TEXT_MAX)
		return ERR_TOOBIG;
	q = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (q == NULL)
		return ERR_NOMEM;
	for (int y = 0; y < q->width; y++)
		put_row(q->data + (size_t)y * (size_t)q->width, q->width, y,
		    out);
	e = buf_err(out);
	if (e == ERR_OK)
		*side = (unsigned int)q->width + 2 * QR_QUIET;
	QRcode_free(q);
	return e;
}
