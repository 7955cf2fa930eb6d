/*
 * sim_world.h - the engine among simulated neighbours: network, carrier,
 * phone, journal, look-up, media side and recorder, on one virtual clock.
 *
 * Every action of the engine is checked as it comes out, and after every step
 * the whole is. The first violation is kept as text.
 */
#ifndef RT_SIM_WORLD_H
#define RT_SIM_WORLD_H

#include "lib/core/callrec.h"
#include "lib/core/snap_write.h"
#include "sipworker/engine/engine.h"
#include "tests/sim/sim_peer.h"

#define SIM_ENGINE  ((struct addr4){ 0x0a000001, 5060 })
#define SIM_CARRIER ((struct addr4){ 0x0a000002, 5060 })
#define SIM_PHONE   ((struct addr4){ 0x0a000003, 5080 })
#define SIM_DEAD    ((struct addr4){ 0x0a000008, 5080 }) /* never answers */

#define SIM_PORT_MIN 30000
#define SIM_PORT_MAX 34999
#define SIM_PAIRS    ((SIM_PORT_MAX - SIM_PORT_MIN + 1) / 2)

/* How bad the world is; zeros are a perfect one. */
struct sim_faults {
	unsigned int loss;         /* percent of datagrams */
	unsigned int repeat;       /* percent */
	int64_t delay_us;          /* at most; also reorders */
	unsigned int slow_store;   /* percent of look-ups late or lost */
	unsigned int slow_journal; /* percent of acks late */
	unsigned int bad_names;    /* percent of look-ups slow or lost */
	unsigned int bad_media;    /* percent of failing binds, silences */
	unsigned int bad_rec;      /* percent late, failed or lost */
};

/* What the world knows of one call from its records. */
struct sim_record {
	struct call_id id;
	bool used;
	bool closed;
	bool acked; /* OPENED */
	bool routed;
	bool notice_played;
	bool rec_started;
	bool rec_stopped;
	bool place; /* at the destination with limits */
	uint32_t next_seq;
	uint64_t open_seq;
	enum flow_record policy;
	struct callrec_closed end; /* texts not valid */
	uint32_t bridged;          /* EVENT records */
	uint32_t messages;         /* kept */
	uint8_t legs;              /* LEG records */
};

/* What the world knows of a local port. */
struct sim_port {
	uint32_t stream; /* 0: closed */
	struct call_id call;
	uint32_t play; /* ticket of what plays */
	uint64_t play_no;
	bool rec;
	bool closing;
	bool targeted;
	bool called;     /* of a called leg */
	bool bridged;    /* both ways ... */
	uint32_t bridge; /* ... with this stream */
	bool beeped;     /* a message may be recorded */
	uint32_t watch_no;
	int64_t closed_us;
	bool told;       /* somebody may send to it */
	char origin[64]; /* o= of the last description that named it */
};

#define SIM_RECORDS 16384

#define SIM_DIALOGS 8192

struct sim_world {
	struct sim_clock clock;
	struct sim_faults faults;
	struct engine *engine;
	struct sim_peer *carrier;
	struct sim_peer *phone;
	struct buf snap_bytes;
	struct snap snap;
	int64_t engine_timer_us;
	uint64_t acked; /* journal */
	uint64_t journal_last;
	bool journal_busy;
	struct sim_record *records;
	struct sim_port ports[SIM_PAIRS];
	uint64_t plays;
	uint64_t turns;
	uint64_t places;  /* given */
	int64_t asked_us; /* the store has answered all questions then */
	uint64_t steps;
	uint64_t opened;
	uint64_t closed;
	uint64_t results[CALLRESULT_COUNT];
	uint64_t messages;
	uint64_t compared;
	uint64_t keys;
	uint64_t snap_freed;
	uint8_t dialog[SIM_DIALOGS]; /* kept for the next engine */
	uint32_t dialogs;
	uint64_t resolved;    /* names */
	uint64_t passed_over; /* INVITEs to where nobody answers */
	char failure[240];    /* "" as long as nothing is wrong */
};

void sim_world_init(struct sim_world *w, uint64_t seed,
    const struct sim_faults *faults, uint32_t max_calls);
void sim_world_fini(struct sim_world *w);
/* Runs until nothing is left to do, at most until `until_us`. */
void sim_world_run(struct sim_world *w, int64_t until_us);
/* Starts `calls` callers, spread evenly over span_us. */
void sim_world_load(struct sim_world *w, uint32_t calls, int64_t span_us);
/* When everything has lingered out: nothing may be left. */
void sim_world_check_idle(struct sim_world *w);
void sim_world_fail(struct sim_world *w, const char *fmt, ...) RT_PRINTF(2, 3);
struct engine_now sim_world_now(const struct sim_world *w);
/* Carries out what the engine has to say. To be called after each input. */
void sim_world_pump(struct sim_world *w);
/* The record of this call; NULL when there is none. */
struct sim_record *sim_world_record(struct sim_world *w, struct call_id id);

#endif
