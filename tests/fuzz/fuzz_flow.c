/* Fuzz target: a compiled flow, and the interpreter on it. The input is a be16
 * length, so many bytes of flow, and events of three bytes: kind and answer,
 * ticket, value. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/take.h"
#include "lib/core/flow_run.h"
#include "lib/core/flow_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void words(const struct flow *f, const struct flow_out *out)
{
	for (size_t i = 0; i < out->n; i++) {
		const struct flow_do *d = &out->item[i];
		const struct flow_words_trace t = { d->step, d->branch,
			d->value };
		char mem[2048];
		struct buf b;

		buf_over(&b, mem, sizeof(mem));
		if (d->kind == FLOW_DO_TRACE)
			(void)flow_words_one(f, &t, NULL, &b);
	}
}

static void play(const struct flow *f, struct take *t)
{
	static struct flow_out out;
	const struct flow_facts facts = { .known_caller = true };
	const struct flow_caller caller = { .e164 = "+13035550100" };
	struct flow_env env = { .flow = f,
		.facts = &facts,
		.caller = &caller,
		.zone = FLOW_NO_ROW,
		.record = FLOW_RECORD_NOTICE };
	struct flow_event ev = { .kind = FLOW_EV_START };
	struct flow_state s;

	flow_run_init(&s, f);
	flow_run(&env, &s, &ev, &out);
	words(f, &out);
	while (t->rest.n >= 3) {
		const unsigned int what = take_u8(t);

		ev.kind = (enum flow_event_kind)(what % FLOW_EV_KIND_COUNT);
		ev.answer = (enum flow_answer)(what / FLOW_EV_KIND_COUNT % 4);
		ev.ticket = take_u8(t) % (s.ticket + 2);
		ev.value = take_u8(t);
		env.now_us += RT_SEC_US;
		env.dice += UINT64_C(0x9e3779b97f4a7c15);
		flow_run(&env, &s, &ev, &out);
		words(f, &out);
		if (s.finished)
			return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes;
	struct flow f;
	struct take t;

	take_init(&t, slice_of(data, size));
	bytes = take_bytes(&t, take_be16(&t));
	if (t.failed || flow_open(bytes, &f) != ERR_OK)
		return 0;
	(void)flow_needs_facts(&f);
	play(&f, &t);
	return 0;
}
