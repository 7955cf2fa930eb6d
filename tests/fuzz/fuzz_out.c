/*
 * Fuzz target: addresses of web hooks and of mail. Invariants: what is taken is
 * plain; a mail made of any bytes has the headers we wrote and no other.
 */
#include <assert.h>

#include "lib/out/out_http.h"
#include "lib/out/out_mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_plain(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		assert(s.p[i] > ' ' && s.p[i] <= '~');
}

/* Only folded lines begin with a blank; every other one is a header of ours.
 */
static void check_mail(struct slice input)
{
	static const char heads[] = "FTSDMLAC";
	static char mem[1 << 17];
	struct buf b;
	struct slice rest, line;

	buf_over(&b, mem, sizeof(mem));
	if (out_mime_write(&(struct out_mime){ .from = SLICE("x@y"),
			       .to_name = input,
			       .to = SLICE("a@b"),
			       .subject = input,
			       .text = input,
			       .html = input,
			       .message_id = SLICE("1@x") },
		&b) != ERR_OK)
		return;
	rest = buf_slice(&b);
	rest = slice_head(rest, slice_find_slice(rest, SLICE("\r\n\r\n")));
	while (slice_cut(&rest, '\n', &line)) {
		assert(slice_ends(line, SLICE("\r")) && line.n < 998);
		assert(line.p[0] == ' ' ||
		       slice_find(slice_from(heads), line.p[0], 0) < 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice input = slice_of(data, size);
	struct slice address;

	if (out_http_url_check(input) == ERR_OK)
		check_plain(input);
	if (out_mime_address_of(input, &address) == ERR_OK) {
		check_plain(address);
		assert(slice_find(address, '@', 0) < address.n);
	}
	check_mail(input);
	return 0;
}
