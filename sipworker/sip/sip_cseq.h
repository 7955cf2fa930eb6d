/*
 * sip_cseq.h - the CSeq value (RFC 3261 20.16), and RAck (RFC 3262 7.2).
 */
#ifndef RT_SIP_CSEQ_H
#define RT_SIP_CSEQ_H

#include "lib/base/err.h"
#include "lib/base/slice.h"
#include "sipworker/sip/sip_hdr.h"

struct sip_cseq {
	uint32_t number;   /* below 2**31 */
	struct slice name; /* the method as sent */
	enum sip_method method;
};

/* ERR_SYNTAX, ERR_RANGE (number not below 2**31). */
RT_MUST_USE enum err sip_cseq_parse(struct slice value, struct sip_cseq *out);

#endif
