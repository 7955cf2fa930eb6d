/*
 * sip_stir.h - what the caller's carrier vouches for (STIR, RFC 8224, ATIS
 * 1000074), in the forms in which trunks pass it on.
 *
 *   A  the carrier knows its customer and the number is theirs
 *   B  it knows the customer, C only where the call came in
 *
 * Trunks that check say "verstat" (Telnyx and IMS networks as a parameter of
 * P-Asserted-Identity or From, Twilio as X-Twilio-VerStat) or
 * P-Attestation-Indicator; "TN-Validation-Passed" alone is an A. Without any
 * of them the claim inside an Identity header is read, but nobody has checked
 * its signature: it is marked as not verified.
 */
#ifndef RT_SIP_SIP_STIR_H
#define RT_SIP_SIP_STIR_H

#include "sipworker/sip/sip_msg.h"

struct sip_stir {
	char level;    /* 'A', 'B', 'C', or '\0' */
	bool verified; /* by the trunk, not only claimed */
	bool failed;   /* the trunk checked and it was not right */
};

/* Of an INVITE. trusted: the trunk's word on the caller counts (its headers
 * are not merely passed through from anywhere). */
void sip_stir_read(const struct sip_msg *m, bool trusted, struct sip_stir *out);

/* One verstat value, "TN-Validation-Passed-B". False: not one. */
bool sip_stir_verstat(struct slice s, struct sip_stir *out);
/* The attest claim of an Identity header's PASSporT; '\0': there is none. */
char sip_stir_claim(struct slice identity);

#endif
