/* Any order of calls: json_out_done() says so, and nothing unsafe comes out. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "lib/text/json_out.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void step(struct json_out *j, struct slice *in)
{
	const uint8_t c = (uint8_t)in->p[0];

	*in = slice_skip(*in, 1);
	switch (c % 8) {
	case 0:
		json_out_object(j);
		break;
	case 1:
		json_out_array(j);
		break;
	case 2:
		json_out_end(j);
		break;
	case 3:
		json_out_key(j, "key");
		break;
	case 4:
		json_out_str(j, slice_head(*in, c / 8));
		*in = slice_skip(*in, c / 8);
		break;
	case 5:
		json_out_i64(j, -(int64_t)c);
		break;
	case 6:
		json_out_fixed(j, (int64_t)c * 1000, c / 8);
		break;
	default:
		json_out_bool(j, c > 100);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = slice_of(data, size);
	struct json_out j;
	struct slice text;
	struct buf b;

	if (size > 65536)
		return 0;
	buf_init(&b, 1 << 20);
	json_out_init(&j, &b);
	while (in.n > 0)
		step(&j, &in);
	if (json_out_done(&j) == ERR_OK) {
		text = json_out_text(&j);
		assert(text.n > 0);
		for (size_t i = 0; i < text.n; i++)
			assert(text.p[i] != '\0' &&
			       strchr("<>&'\r\n\t", text.p[i]) == NULL);
	}
	buf_fini(&b);
	return 0;
}
