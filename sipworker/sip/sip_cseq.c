#include "sipworker/sip/sip_cseq.h"

#include "lib/base/scan.h"

/* RFC 3261 8.1.1.5: the number is less than 2**31. */
#define CSEQ_MAX UINT32_C(0x7fffffff)

/* CSeq = 1*DIGIT LWS Method, after header unfolding (RFC 3261 25.1). */
enum err sip_cseq_parse(struct slice value, struct sip_cseq *out)
{
	struct sip_cseq c;
	enum err e;

	if ((e = scan_u32(&value, &c.number)) != ERR_OK)
		return e;
	if (c.number > CSEQ_MAX)
		return ERR_RANGE;
	if ((e = scan_blanks(&value)) != ERR_OK)
		return e;
	if ((e = scan_token(&value, &c.name)) != ERR_OK)
		return e;
	if (value.n != 0)
		return ERR_SYNTAX;
	c.method = sip_hdr_method(c.name);
	*out = c;
	return ERR_OK;
}
