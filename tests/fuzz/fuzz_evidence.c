/* Fuzz target: evidence of any rule. What is read is within its bounds. */
#include <stdlib.h>

#include "lib/core/attrib.h"
#include "lib/json/evidence.h"

#define MEM_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_list(const struct json_node *list)
{
	struct evidence_one one;

	for (size_t i = 0; i < json_in_count(list); i++)
		if (evidence_read_one(json_in_at(list, i), &one) == ERR_OK &&
		    (one.bp < 0 || one.bp > ATTRIB_WHOLE_BP ||
			one.visit.n > EVIDENCE_TEXT_MAX ||
			one.campaign.n > EVIDENCE_TEXT_MAX))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct evidence w;
	struct json_in *in;

	if (json_in_parse(slice_of(data, size), MEM_MAX, EVIDENCE_DEPTH, &in,
		NULL) != ERR_OK)
		return 0;
	if (evidence_read(json_in_root(in), &w) == ERR_OK) {
		if (w.none_bp < 0 || w.none_bp > ATTRIB_WHOLE_BP || w.law < -1)
			abort();
		read_list(w.candidates);
		read_list(w.sources);
	}
	json_in_free(in);
	return 0;
}
