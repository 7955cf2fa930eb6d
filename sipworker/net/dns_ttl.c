#include "sipworker/net/dns_ttl.h"

#include "lib/base/take.h"

#define LABELS_MAX 128

/* Labels up to the empty one or to a pointer, which ends a name here. */
static void skip_name(struct take *t)
{
	for (int i = 0; i < LABELS_MAX && !t->failed; i++) {
		const uint8_t n = take_u8(t);

		if (n == 0)
			return;
		if (n >= 0xc0) {
			(void)take_u8(t);
			return;
		}
		if (n > 63)
			break;
		(void)take_bytes(t, n);
	}
	t->failed = true;
}

enum err dns_ttl(struct slice message, uint32_t *seconds)
{
	uint32_t lowest = UINT32_MAX;
	uint16_t questions, answers;
	struct take t;

	take_init(&t, message);
	(void)take_be32(&t); /* id, flags */
	questions = take_be16(&t);
	answers = take_be16(&t);
	(void)take_be32(&t); /* authority, additional */
	for (; questions > 0 && !t.failed; questions--) {
		skip_name(&t);
		(void)take_be32(&t); /* type, class */
	}
	if (!t.failed && answers == 0)
		return ERR_NOTFOUND;
	for (; answers > 0 && !t.failed; answers--) {
		uint32_t ttl;

		skip_name(&t);
		(void)take_be32(&t);
		ttl = take_be32(&t);
		if (ttl > INT32_MAX)
			ttl = 0;
		if (ttl < lowest)
			lowest = ttl;
		(void)take_bytes(&t, take_be16(&t));
	}
	if (t.failed)
		return ERR_SYNTAX;
	*seconds = lowest;
	return ERR_OK;
}
