#include "cgi/page/page_recording.h"

#include <string.h>

#include "lib/core/peaks.h"
#include "lib/db/db_audit.h"
#include "lib/db/db_report_call.h"
#include "lib/hash/keyed.h"
#include "lib/text/json_out.h"

/* A safe name to save under: the call's public id. */
static void name_file(const struct req *r, struct call_id id, struct resp *out)
{
	char call[ID_TEXT_MAX], mem[96];
	struct slice unused;
	struct buf b;

	if (req_query(r, "download", &unused) != ERR_OK)
		return;
	id_text(ID_KIND_call, id.v, call);
	buf_over(&b, mem, sizeof(mem));
	buf_printf(&b, "attachment; filename=\"%s.wav\"", call);
	resp_header(out, "Content-Disposition", buf_slice(&b));
}

/* The same for all requests of one listening: they differ in nothing here. */
static void audit_id(const struct req *r, struct call_id call,
    const char *action, uint8_t out[ID_BYTES])
{
	static const uint8_t key[KEYED_KEY_BYTES];
	const struct slice parts[] = { slice_of(r->user.v, ID_BYTES),
		slice_of(call.v, ID_BYTES), slice_from(action) };
	const uint64_t h = keyed_u64(key, parts, RT_ARRAY_LEN(parts));
	uint8_t dice[10] = { 0 };

	for (size_t i = 0; i < sizeof(h); i++)
		dice[i] = (uint8_t)(h >> (8 * i));
	id_make(r->now_us - r->now_us % PAGE_RECORDING_ONCE_US, dice, out);
}

/* Who heard or took whose recording. A player asks for many ranges of one
 * file, and any of them may be all that somebody wants of it ("bytes=1-"): so
 * it is not the range that decides, but whether the row is there already. */
static enum err audit(const struct req *r, struct call_id id)
{
	struct slice unused;
	struct audit_row row = {
		.account = r->account,
		.user = r->user,
		.action = req_query(r, "download", &unused) == ERR_OK
			      ? "recording.download"
			      : "recording.play",
		.object_kind = "call",
		.address = slice_from(r->address),
	};
	enum err e;

	audit_id(r, id, row.action, row.id);
	memcpy(row.object, id.v, sizeof(row.object));
	e = db_audit_add(r->db, r->company, &row);
	return e == ERR_CONFLICT ? ERR_OK : e;
}

enum err page_recording(const struct req *r, struct resp *out)
{
	struct db_report_call_recording rec;
	struct call_id id;
	char mem[sizeof(rec.path) + 16];
	struct buf b;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_call, id.v)) != ERR_OK ||
	    (e = db_report_call_recording(r->db, r->company, id, &rec)) !=
		ERR_OK)
		return e;
	if (strcmp(rec.state, "ready") != 0)
		return ERR_NOTFOUND;
	buf_over(&b, mem, sizeof(mem));
	buf_cstr(&b, "/recordings/");
	buf_cstr(&b, rec.path);
	if ((e = buf_err(&b)) != ERR_OK)
		return e;
	if (!r->head && (e = audit(r, id)) != ERR_OK)
		return e;
	name_file(r, id, out);
	/* The browser may keep it: the page asks again for each listening. */
	resp_header(out, "Cache-Control", SLICE("private, max-age=300"));
	return resp_file(out, buf_slice(&b), "audio/wav");
}

/* The waveform at the resolution of a screen. */
static void write_peaks(const struct peaks *p, struct json_out *j)
{
	const size_t points = p->windows < PAGE_RECORDING_POINTS
				  ? p->windows
				  : PAGE_RECORDING_POINTS;

	json_out_object(j);
	json_out_key(j, "rate");
	json_out_u64(j, p->rate);
	json_out_key(j, "channels");
	json_out_array(j);
	for (unsigned int c = 0; c < p->channels; c++) {
		json_out_array(j);
		for (size_t i = 0; i < points; i++)
			json_out_u64(j,
			    peaks_loudest(p, c, i * p->windows / points,
				(i + 1) * p->windows / points));
		json_out_end(j);
	}
	json_out_end(j);
	json_out_end(j);
}

enum err page_recording_peaks(const struct req *r, struct resp *out)
{
	struct slice bytes;
	struct call_id id;
	struct peaks p;
	struct json_out j;
	struct buf b;
	enum err e;

	if ((e = req_path_id(r, 0, ID_KIND_call, id.v)) != ERR_OK ||
	    (e = db_report_call_peaks(r->db, r->company, id, r->arena,
		 &bytes)) != ERR_OK)
		return e;
	if (peaks_decode(bytes, &p) != ERR_OK)
		return ERR_INTERNAL; /* our own job wrote it */
	buf_init(&b, 16 * PAGE_RECORDING_POINTS);
	json_out_init(&j, &b);
	write_peaks(&p, &j);
	resp_header(out, "Cache-Control", SLICE("private, max-age=300"));
	e = resp_json(out, &j);
	buf_fini(&b);
	return e;
}
