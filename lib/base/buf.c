#include "lib/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST_CAP 256

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_over(struct buf *b, void *mem, size_t cap)
{
	*b = (struct buf){ .p = mem, .cap = cap, .max = cap, .fixed = true };
}

void buf_fini(struct buf *b)
{
	if (b == NULL)
		return;
	if (!b->fixed)
		free(b->p);
	*b = (struct buf){ .e = ERR_CLOSED };
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->e = ERR_OK;
}

void buf_fail(struct buf *b, enum err e)
{
	if (b->e == ERR_OK)
		b->e = e;
}

/* Makes room for n more bytes. */
static bool reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap;
	char *p;

	if (b->e != ERR_OK)
		return false;
	if (n <= b->cap - b->n)
		return true;
	if (n > b->max - b->n) {
		b->e = ERR_TOOBIG;
		return false;
	}
	if (cap < BUF_FIRST_CAP)
		cap = b->max < BUF_FIRST_CAP ? b->max : BUF_FIRST_CAP;
	while (cap - b->n < n)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	p = realloc(b->p, cap);
	if (p == NULL) {
		b->e = ERR_NOMEM;
		return false;
	}
	b->p = p;
	b->cap = cap;
	return true;
}

char *buf_room(struct buf *b, size_t n)
{
	char *at;

	if (!reserve(b, n))
		return NULL;
	at = b->p + b->n;
	b->n += n;
	return at;
}

void buf_bytes(struct buf *b, const void *p, size_t n)
{
	char *at;

	if (n == 0)
		return;
	at = buf_room(b, n);
	if (at != NULL)
		memcpy(at, p, n);
}

void buf_put(struct buf *b, struct slice s)
{
	buf_bytes(b, s.p, s.n);
}

void buf_cstr(struct buf *b, const char *s)
{
	buf_bytes(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	char *at;

	/* Most bytes of JSON that stand alone find room. */
	if (b->e == ERR_OK && b->n < b->cap)
		b->p[b->n++] = c;
	else if ((at = buf_room(b, 1)) != NULL)
		*at = c;
}

void buf_u64(struct buf *b, uint64_t v)
{
	char tmp[20];
	size_t i = sizeof(tmp);

	do {
		tmp[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	buf_bytes(b, tmp + i, sizeof(tmp) - i);
}

void buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_char(b, '-');
	buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_hex(struct buf *b, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *u = p;

	for (size_t i = 0; i < n; i++) {
		buf_char(b, digits[u[i] >> 4]);
		buf_char(b, digits[u[i] & 15]);
	}
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		buf_fail(b, ERR_INTERNAL);
		return;
	}
	/* vsnprintf writes a NUL that is not part of the output. */
	if (!reserve(b, (size_t)n + 1))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void buf_be16(struct buf *b, uint16_t v)
{
	buf_char(b, (char)(v >> 8));
	buf_char(b, (char)(v & 0xff));
}

void buf_be32(struct buf *b, uint32_t v)
{
	buf_be16(b, (uint16_t)(v >> 16));
	buf_be16(b, (uint16_t)(v & 0xffff));
}

void buf_be64(struct buf *b, uint64_t v)
{
	buf_be32(b, (uint32_t)(v >> 32));
	buf_be32(b, (uint32_t)(v & UINT32_MAX));
}

struct slice buf_slice(const struct buf *b)
{
	return slice_of(b->p, b->n);
}

enum err buf_err(const struct buf *b)
{
	return b->e;
}
