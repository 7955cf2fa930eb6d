/*
 * dni_hit.h - what the tag says: the JSON body of POST /dni/v1/{visit,
 * allocate,beat,event}.
 *
 *   site      public key of the site                         always
 *   url       address of the page         visit, event view; beat: if it likes
 *   ref       address that led here, may be ""
 *   title     of the page
 *   consent   "yes", "no"; not sent: nobody said             visit, allocate
 *             (in all of them "Sec-GPC: 1" in the request's head is a "no")
 *   visitor   vtr_… of the visitor's cookie
 *   visit     vis_… of the visit that goes on                beat, event
 *   hidden    true: prerendered or in a hidden tab           visit, allocate
 *             true: the page is left, and reads no answer    beat
 *   ga, gas   Google Analytics client and session id
 *   fbc, fbp  Meta's click and browser cookies
 *   zone      IANA time zone of the browser. It and the ids above: what is too
 *             long or has blanks, quotes or other than ASCII counts as not sent
 *   ip, ua    of the visitor                                 allocate
 *   targets   numbers to swap, E.164; not sent: all of the site's
 *   engaged_s seconds the page was visible and used          beat
 *   used      somebody's hand has been on the page           beat, event about
 *   kind      "view", "tel_click", "consent_withdrawn", "custom", "form",
 *             "about"                                       event
 *   name, detail                                             event custom
 *   form, fields: [["name", "value"], …], url                event form
 *   version, found, swapped, late_ms, why, zone, ga, gas, fbc, fbp  event about
 *   numbers: [["+1…", places], …]  of a site with several       event about
 *
 * Members of other names are left alone, so that newer tags can say more.
 */
#ifndef RT_CGI_DNI_DNI_HIT_H
#define RT_CGI_DNI_DNI_HIT_H

#include "lib/base/arena.h"
#include "lib/core/formrule.h"
#include "lib/core/id.h"

#define DNI_HIT_MAX         ((size_t)12288) /* bytes of a body */
#define DNI_HIT_FORM_MAX    ((size_t)65536) /* of one that tells of a form */
#define DNI_HIT_TARGETS_MAX 20
#define DNI_HIT_NUMBERS_MAX 200 /* as many as a site has */

enum dni_hit_type {
	DNI_HIT_VISIT,
	DNI_HIT_ALLOCATE, /* a visit, told by the site's server */
	DNI_HIT_BEAT,
	DNI_HIT_EVENT
};

enum dni_consent {
	DNI_CONSENT_UNSAID,
	DNI_CONSENT_YES,
	DNI_CONSENT_NO
};

enum dni_event {
	DNI_EVENT_VIEW,
	DNI_EVENT_TEL_CLICK,
	DNI_EVENT_CONSENT_WITHDRAWN,
	DNI_EVENT_CUSTOM,
	DNI_EVENT_FORM,
	DNI_EVENT_ABOUT,
	DNI_EVENT_COUNT
};

/* One of the site's numbers. */
struct dni_report_number {
	struct slice e164;
	uint32_t places; /* of the page that have it */
};

/* How the tag got on with a page. */
struct dni_report {
	uint32_t version;
	bool looked;    /* it had numbers to look for */
	uint32_t found; /* not said: it had none */
	uint32_t swapped;
	uint32_t late_ms;
	unsigned int causes; /* taghealth.h */
	bool one_by_one;     /* numbers are told; what is not there: no place */
	struct dni_report_number *numbers;
	size_t n_numbers;
};

struct dni_hit {
	struct slice site;
	struct slice url;
	struct slice referrer;
	struct slice title;
	struct slice ga;
	struct slice ga_session;
	struct slice fbc;
	struct slice fbp;
	struct slice zone;
	struct slice ip;
	struct slice agent;
	enum dni_consent consent;
	bool gpc;                  /* the request's head had Sec-GPC: a no */
	struct visitor_id visitor; /* nil: none */
	struct visit_id visit;     /* nil: none */
	bool hidden;
	struct slice targets[DNI_HIT_TARGETS_MAX];
	size_t n_targets;
	uint32_t engaged_s;
	bool used;
	bool tells_use; /* a tag of before did not say */
	enum dni_event event;
	struct slice name; /* of an event, or a form */
	struct slice detail;
	struct formrule_field fields[FORMRULE_FIELDS_MAX];
	size_t n_fields;
	struct dni_report report;
};

/* Of a request that is refused *out has the site, when that much was readable.
 * Texts are copied into mem. ERR_SYNTAX, ERR_RANGE, ERR_TOOBIG: *why is a
 * sentence for the sender, a literal; ERR_NOMEM. */
RT_MUST_USE enum err dni_hit_parse(enum dni_hit_type type, struct slice body,
    struct arena *mem, struct dni_hit *out, const char **why);

#endif
