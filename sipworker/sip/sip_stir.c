#include "sipworker/sip/sip_stir.h"

#include "lib/base/scan.h"
#include "sipworker/sip/sip_addr.h"
#include "sipworker/sip/sip_param.h"

/* Claims are some 200 bytes; a longer PASSporT is none of a telephone call. */
#define CLAIMS_MAX 1024

static char level_of(struct slice s)
{
	if (s.n != 1 || s.p[0] < 'A' || s.p[0] > 'C')
		return '\0';
	return s.p[0];
}

bool sip_stir_verstat(struct slice s, struct sip_stir *out)
{
	static const struct slice passed = SLICE_INIT("TN-Validation-Passed");
	static const struct slice failed = SLICE_INIT("TN-Validation-Failed");
	struct slice rest;

	s = slice_trim(s);
	if (slice_starts_case(s, failed)) {
		*out = (struct sip_stir){ .failed = true };
		return true;
	}
	if (!slice_starts_case(s, passed))
		return false;
	rest = slice_skip(s, passed.n);
	if (rest.n == 0) {
		*out = (struct sip_stir){ .level = 'A', .verified = true };
		return true;
	}
	if (rest.p[0] != '-' || level_of(slice_skip(rest, 1)) == '\0')
		return false;
	*out = (struct sip_stir){ .level = rest.p[1], .verified = true };
	return true;
}

/* --- Identity --------------------------------------------------------------*/

static int b64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

/* base64url without padding (RFC 7515 2). False: not that, or too long. */
static bool decode(struct slice s, char out[CLAIMS_MAX], size_t *n)
{
	uint32_t bits = 0;
	unsigned int have = 0;

	*n = 0;
	if (s.n > CLAIMS_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const int v = b64url_value(s.p[i]);

		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[(*n)++] = (char)(bits >> have & 0xff);
		}
	}
	return true;
}

static struct slice skip_blanks(struct slice s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = slice_skip(s, 1);
	return s;
}

char sip_stir_claim(struct slice identity)
{
	static const struct slice name = SLICE_INIT("\"attest\"");
	char mem[CLAIMS_MAX];
	struct slice claims, rest = identity, part;
	size_t n, at;

	/* header.claims.signature;info=... ; the compact form has no claims. */
	if (!slice_cut(&rest, '.', &part))
		return '\0';
	(void)slice_cut(&rest, '.', &part);
	if (!decode(part, mem, &n))
		return '\0';
	claims = slice_of(mem, n);
	at = slice_find_slice(claims, name);
	if (at == claims.n)
		return '\0';
	claims = skip_blanks(slice_skip(claims, at + name.n));
	if (claims.n == 0 || claims.p[0] != ':')
		return '\0';
	claims = skip_blanks(slice_skip(claims, 1));
	if (claims.n < 3 || claims.p[0] != '"' || claims.p[2] != '"')
		return '\0';
	return level_of(slice_of(claims.p + 1, 1));
}

/* --- the whole -------------------------------------------------------------*/

/* verstat as parameter of the number, of the URI or of the header. */
static bool of_address(const struct sip_addr *a, struct sip_stir *out)
{
	static const struct slice name = SLICE_INIT("verstat");
	const size_t semi = slice_find(a->uri.user, ';', 0);
	const struct slice in[] = { slice_skip(a->uri.user, semi),
		a->uri.params, a->params };
	struct slice value;

	for (size_t i = 0; i < RT_ARRAY_LEN(in); i++)
		if (sip_param_find(in[i], name, &value) == ERR_OK &&
		    sip_stir_verstat(value, out))
			return true;
	return false;
}

static bool of_asserted(const struct sip_msg *m, struct sip_stir *out)
{
	struct sip_msg_walk w = { 0 };
	struct slice item;
	struct sip_addr a;

	while (sip_msg_walk(m, SIP_HDR_P_ASSERTED_IDENTITY, &w, &item))
		if (sip_addr_parse(item, &a) == ERR_OK && of_address(&a, out))
			return true;
	return false;
}

void sip_stir_read(const struct sip_msg *m, bool trusted, struct sip_stir *out)
{
	struct slice said;
	char level;

	*out = (struct sip_stir){ .level = '\0' };
	if (trusted) {
		said = sip_msg_named(m, SLICE("X-Twilio-VerStat"));
		if (sip_stir_verstat(said, out) || of_asserted(m, out) ||
		    of_address(&m->from, out))
			return;
		said = sip_msg_named(m, SLICE("P-Attestation-Indicator"));
		level = level_of(slice_trim(said));
		if (level != '\0') {
			*out = (struct sip_stir){ .level = level,
				.verified = true };
			return;
		}
	}
	out->level = sip_stir_claim(sip_msg_named(m, SLICE("Identity")));
}
