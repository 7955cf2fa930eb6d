#include "lib/base/hex.h"

void hex_encode(const void *in, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *u = in;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[u[i] >> 4];
		out[2 * i + 1] = digits[u[i] & 15];
	}
	out[2 * n] = '\0';
}

int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err hex_decode(struct slice s, void *out, size_t n)
{
	unsigned char *u = out;

	if (s.n % 2 != 0 || s.n / 2 != n)
		return ERR_SYNTAX;
	for (size_t i = 0; i < s.n; i++) {
		if (hex_value(s.p[i]) < 0)
			return ERR_SYNTAX;
	}
	for (size_t i = 0; i < n; i++) {
		const unsigned int high = (unsigned int)hex_value(s.p[2 * i]);
		const int low = hex_value(s.p[2 * i + 1]);

		u[i] = (unsigned char)(high << 4 | (unsigned int)low);
	}
	return ERR_OK;
}
