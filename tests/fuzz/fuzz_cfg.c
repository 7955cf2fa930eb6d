/* Fuzz target: settings files never crash, and what was read can be written
 * and read again unchanged. */
#include <assert.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct settings s, back;
	struct cfg_error why;
	struct buf b;

	if (settings_parse(slice_of(data, size), &s, &why) != ERR_OK) {
		assert(why.what[0] != '\0');
		return 0;
	}
	buf_init(&b, 65536);
	settings_write(&s, &b);
	assert(settings_parse(buf_slice(&b), &back, &why) == ERR_OK);
	assert(strcmp(s.run_dir, back.run_dir) == 0);
	assert(strcmp(s.user, back.user) == 0);
	assert(strcmp(s.trusted_fronts, back.trusted_fronts) == 0);
	assert(s.sip_port == back.sip_port);
	buf_fini(&b);
	return 0;
}
