# ringtrace: one Makefile, no recursion. `make help` lists what there is.
#
# Objects of each variant lie in build/$(V); sources are found by room. A room
# is a folder; what it may include is said in tests/lint/rooms.txt and checked
# by `make check`.

# make itself, mariadb-install-db and nginx would misread such a path, each later
# and less clearly.
MISREAD := $(shell pwd | LC_ALL=C tr -dc ' \t"`\\;{}()[]<>|&$$\#*?!\047' | tr ' ' '_')
ifneq ($(MISREAD),)
$(error ringtrace has to lie in a folder whose path has no blank and none of the \
	signs that shells read: $(shell pwd))
endif

V ?= debug
B := build/$(V)

LIB_ROOMS := lib/base lib/core lib/db lib/feed lib/flow lib/hash lib/json lib/out lib/site \
	lib/phone lib/qr lib/snd lib/text
CGI_ROOMS := cgi/tmpl cgi/web cgi/page cgi/form cgi/api cgi/dni
SIP_ROOMS := sipworker/sip sipworker/rtp sipworker/engine sipworker/media \
	sipworker/net sipworker/rec sipworker/store sipworker/priv
ROOMS := $(LIB_ROOMS) $(CGI_ROOMS) $(SIP_ROOMS) cgi jobs ctl sipworker

# Programs and the file that holds each one's main().
PROGRAMS := dashboard.fcgi admin.fcgi dni.fcgi api.fcgi jobd sipworker ringtrace
MAIN_dashboard.fcgi := cgi/dashboard.c
MAIN_admin.fcgi := cgi/admin.c
MAIN_dni.fcgi := cgi/dni.c
MAIN_api.fcgi := cgi/api.c
MAIN_jobd := jobs/jobd.c
MAIN_sipworker := sipworker/main.c
MAIN_ringtrace := ctl/ringtrace.c
MAINS := $(foreach p,$(PROGRAMS),$(MAIN_$(p)))
# A program whose main() is not there yet is not built.
BUILT := $(foreach p,$(PROGRAMS),$(if $(wildcard $(MAIN_$(p))),$(p)))

SRC := $(filter-out $(MAINS),$(foreach r,$(ROOMS),$(wildcard $(r)/*.c)))
SRC_CXX := $(wildcard lib/phone/*.cc)
SUPPORT := $(wildcard tests/support/*.c)
UNIT := $(patsubst tests/%.c,%,$(wildcard tests/unit/test_*.c))
DBT := $(patsubst tests/%.c,%,$(wildcard tests/db/test_*.c))
SIMT := $(patsubst tests/%.c,%,$(wildcard tests/sim/test_*.c))
FUZZ := $(patsubst tests/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
ifeq ($(V),msan)
NOT_MSAN := $(shell sed 's/\#.*//' tests/msan.txt)
UNIT := $(filter-out $(NOT_MSAN),$(UNIT))
FUZZ := $(filter-out $(NOT_MSAN),$(FUZZ))
endif
# Parts that the simulations share.
SIM_OBJ := $(patsubst %.c,build/$(V)/o/%.o,$(wildcard tests/sim/sim_*.c))
BENCH := $(patsubst %.c,%,$(wildcard bench/bench_*.c))

# --- compilers and flags ---------------------------------------------------

CC_gcc := gcc
CC_clang := clang
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wredundant-decls -Wcast-qual -Wcast-align -Wpointer-arith \
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wformat-security \
	-Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference \
	-Wdouble-promotion -Wfloat-equal -Werror
WARN_gcc := -Wduplicated-cond -Wduplicated-branches -Wlogical-op \
	-Wformat-signedness -Wformat-overflow=2 -Wformat-truncation=2 \
	-Wjump-misses-init -Walloc-zero -Wunused-const-variable=2 \
	-Wcast-align=strict -Warith-conversion -Wstack-usage=16384
WARN_clang := -Wmissing-variable-declarations -Wcomma -Wextra-semi-stmt \
	-Wconditional-uninitialized -Wassign-enum -Wunreachable-code \
	-Wshorten-64-to-32 -Wframe-larger-than=16384

SAN := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
HARDEN := -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fstack-clash-protection -fcf-protection -ftrivial-auto-var-init=zero \
	-fPIE
HARDEN_LD := -pie -Wl,-z,relro,-z,now,-z,noexecstack

KIND_debug := gcc
OPT_debug := -O0 -g3
KIND_release := gcc
OPT_release := -O2 -g $(HARDEN)
LD_release := $(HARDEN_LD)
KIND_san := clang
# Nothing optimised away, and built in half the time.
OPT_san := -O0 -gline-tables-only $(SAN)
LD_san := $(SAN)
KIND_gsan := gcc
OPT_gsan := -O1 -g $(SAN)
LD_gsan := $(SAN)
KIND_int := clang
# Unsigned sums and shifts may go round: hashes, RTP's clocks and loops that
# count down to nothing mean it (docs/decisions/0270).
OPT_int := -O1 -g -fno-sanitize-recover=all \
	-fsanitize=undefined,integer,nullability,implicit-conversion \
	-fno-sanitize=unsigned-integer-overflow,unsigned-shift-base
LD_int := $(OPT_int)
KIND_msan := clang
OPT_msan := -O1 -g -fsanitize=memory -fno-omit-frame-pointer
LD_msan := -fsanitize=memory
KIND_tsan := clang
OPT_tsan := -O1 -g -fsanitize=thread
LD_tsan := -fsanitize=thread
KIND_cov := gcc
OPT_cov := -O0 -g --coverage -fprofile-update=prefer-atomic
LD_cov := --coverage
# Programs keep their counts though they give up the file system.
COV_OBJ_cov := build/cov/o/tests/cov/cov_keep.o
COV_LD_cov := -Wl,--wrap=_exit,--wrap=open,--wrap=chroot,--wrap=execv \
	-Wl,--wrap=seccomp_load,--wrap=syscall
KIND_fuzz := clang
OPT_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined
LD_fuzz := -fsanitize=address,undefined
KIND := $(KIND_$(V))
ifeq ($(KIND),)
$(error V=$(V): there is no such variant (debug release san gsan int msan \
	tsan cov fuzz))
endif

# CCACHE=ccache speeds up repeated builds; nothing depends on it.
CC := $(CCACHE) $(CC_$(KIND))
CXX := $(CCACHE) g++
# gcc's stack and duplicate-branch warnings misfire on instrumented code.
QUIET_gsan := -Wno-stack-usage -Wno-duplicated-branches -Wno-null-dereference
QUIET_san := -Wno-frame-larger-than
QUIET_msan := -Wno-frame-larger-than
QUIET_int := -Wno-frame-larger-than
QUIET_fuzz := -Wno-frame-larger-than
QUIET_tsan := -Wno-frame-larger-than
CFLAGS := -std=c11 -I. $(WARN) $(WARN_$(KIND)) $(QUIET_$(V)) $(OPT_$(V)) \
	-pthread -MMD -MP

# Feature level by room (docs/STYLE.md 2); no file defines either.
POSIX := -D_POSIX_C_SOURCE=200809L
GNU := -D_GNU_SOURCE
GNU_ROOMS := sipworker/priv sipworker/media sipworker/net sipworker/rec sipworker \
	cgi/web ctl
# ... and tests and benches that try what only these can.
GNU_FILES := tests/cov/cov_keep.c tests/unit/test_drop.c \
	tests/unit/test_ledger_old.c tests/unit/test_rec_proc.c \
	tests/unit/test_worker.c bench/bench_prompt.c
feature = $(if $(filter $(patsubst %/,%,$(dir $(1))),$(GNU_ROOMS))$(filter \
	$(1),$(GNU_FILES)),$(GNU),$(POSIX))

# Vendor headers: each only on the objects of the room that owns it. Tests and
# benches may use any.
iso = $(patsubst -I%,-isystem%,$(shell pkg-config --cflags-only-I $(1) 2>/dev/null))
MYSQL_INC := $(call iso,libmariadb)
vendor_lib/db = $(MYSQL_INC)
TEST_INC = $(MYSQL_INC)

LIBS := $(shell pkg-config --libs libmariadb 2>/dev/null) -lsodium -lcrypto \
	-ljansson -lcurl -lsndfile -lsamplerate -lqrencode -lfcgi -lcares -lphonenumber \
	-lgeocoding -lprotobuf -licuuc -lseccomp -lacl -lstdc++ -lm
# Hundreds of test programs: lld links one in a third of the time, and in two
# thirds of that when it begins no threads for it and merges no texts.
LLD := -fuse-ld=lld -Wl,--threads=1,-O0
FAST_LD := $(if $(shell command -v ld.lld),$(LLD))
LDFLAGS = $(LD_$(V)) $(if $(filter release,$(V)),,$(FAST_LD)) -pthread -Wl,--as-needed
WRAP := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=stmt_begin,--wrap=db_begin,--wrap=db_end,--wrap=db_join,--wrap=db_join_end

# `make Q=` shows the whole command lines.
Q ?= @
SAY := @printf '%s\n'

# --- build -------------------------------------------------------------------

.PHONY: all help clean format
all: $(BUILT:%=$(B)/%)

help:
	@sed -n 's/^#: //p' Makefile

# Objects lie apart from programs: a room and a program may share a name.
OBJ := $(SRC:%.c=$(B)/o/%.o) $(SRC_CXX:%.cc=$(B)/o/%.o)

$(B)/libringtrace.a: $(OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcsT $@ $^

$(B)/o/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) '  cc   $@'
	$(Q)$(CC) $(CFLAGS) $(call feature,$<) \
	    $(vendor_$(patsubst %/,%,$(dir $<))) \
	    $(if $(filter tests/% bench/%,$<),$(TEST_INC)) -c -o $@ $<

$(B)/o/%.o: %.cc Makefile
	@mkdir -p $(@D)
	$(SAY) '  c++  $@'
	$(Q)$(CXX) -std=c++17 -I. -Wall -Wextra -Werror $(if $(filter gcc,$(KIND)),\
	    $(OPT_$(V)),-O1 -g) -MMD -MP -c -o $@ $<

define PROGRAM_RULE
$(B)/$(1): $(B)/o/$(MAIN_$(1):.c=.o) $(COV_OBJ_$(V)) $(B)/libringtrace.a
	@if [ -d $$@ ]; then rm -rf $$@; fi
	$(SAY) '  link $$@'
	$(Q)$$(CC) -o $$@ $$(filter %.o,$$^) $(B)/libringtrace.a $$(COV_LD_$(V)) \
	    $$(LDFLAGS) $$(LIBS)
endef
$(foreach p,$(BUILT),$(eval $(call PROGRAM_RULE,$(p))))

# Tests link with the failing allocator of tests/support/fail_alloc.c, which
# lets everything pass until a test asks otherwise.
SUPPORT_OBJ := $(SUPPORT:%.c=$(B)/o/%.o)
TESTS := $(UNIT) $(DBT) $(SIMT)
$(TESTS:%=$(B)/tests/%): $(B)/tests/%: $(B)/o/tests/%.o $(SUPPORT_OBJ) \
    $(B)/libringtrace.a
	@mkdir -p $(@D)
	$(SAY) '  link $@'
	$(Q)$(CC) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDFLAGS) $(WRAP) $(LIBS) -lcmocka
$(SIMT:%=$(B)/tests/%): $(SIM_OBJ)
# Worlds whose truth is known, and the rule and its rivals judged in them.
ATTRIB_WORLD_OBJ := $(patsubst %,$(B)/o/bench/attrib_%.o,score world limit use dice)
$(B)/tests/unit/test_attrib_worlds: $(ATTRIB_WORLD_OBJ)

$(BENCH:%=$(B)/%): $(B)/%: $(B)/o/%.o $(B)/libringtrace.a
	@mkdir -p $(@D)
	$(SAY) '  link $@'
	$(Q)$(CC) -o $@ $(filter %.o,$^) $(B)/libringtrace.a $(LDFLAGS) $(LIBS)
$(B)/bench/bench_attribution: $(ATTRIB_WORLD_OBJ) $(B)/o/bench/attrib_prior.o

# Fuzz targets: with libFuzzer in V=fuzz; elsewhere with a main() that replays
# the files it is given (tests/fuzz/replay.c).
ifeq ($(V),fuzz)
$(FUZZ:%=$(B)/tests/%): $(B)/tests/%: $(B)/o/tests/%.o $(B)/libringtrace.a
	@mkdir -p $(@D)
	$(SAY) '  link $@'
	$(Q)$(CC) -o $@ $< $(B)/libringtrace.a $(LDFLAGS) -fsanitize=fuzzer $(LIBS)
else
$(FUZZ:%=$(B)/tests/%): $(B)/tests/%: $(B)/o/tests/%.o $(B)/o/tests/fuzz/replay.o \
    $(B)/libringtrace.a
	@mkdir -p $(@D)
	$(SAY) '  link $@'
	$(Q)$(CC) -o $@ $< $(B)/o/tests/fuzz/replay.o $(B)/libringtrace.a $(LDFLAGS) \
	    $(LIBS)
endif

# What lets single calls of a program fail, loaded before libc (its header).
$(B)/tests/fault.so: tests/fault/fault.c Makefile
	@mkdir -p $(@D)
	$(SAY) '  link $@'
	$(Q)$(CCACHE) $(CC_gcc) -std=gnu11 $(GNU) -O1 -g -Wall -Wextra -Werror -fPIC \
	    -fno-omit-frame-pointer -shared $(MYSQL_INC) -o $@ $<

.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)

clean:
	rm -rf build

# --- the two commands --------------------------------------------------------

#: make deps          install what is missing (apt, npm); says what and why
.PHONY: deps run demo
deps:
	@dev/deps.sh

#: make run           the whole product on loopback, in the foreground (RUN=...)
RUN_V := release
run: deps
	@$(MAKE) --no-print-directory -j$$(nproc) V=$(RUN_V) all static
	@exec build/$(RUN_V)/ringtrace run --demo-call $(RUN)

#: make demo          one real call through everything, then stops
demo: deps
	@$(MAKE) --no-print-directory -j$$(nproc) V=$(RUN_V) all static
	@RT_BUILD='$(CURDIR)/build/$(RUN_V)' exec node dev/demo.mjs

# --- benches -------------------------------------------------------------------

#: make bench-dni     the lease server against a no-op FastCGI (docs/PERFORMANCE.md)
.PHONY: bench-dni
bench-dni:
	@$(MAKE) --no-print-directory V=release all static \
	    build/release/bench/bench_dni build/release/bench/bench_noop \
	    build/release/bench/bench_bare
	@RT_BUILD='$(CURDIR)/build/release' exec node bench/dni.mjs

#: make bench-prompt  a prompt to 100 and to 1,000 calls at once: CPU, late frames
.PHONY: bench-prompt
bench-prompt:
	@$(MAKE) --no-print-directory V=release \
	    build/release/bench/bench_prompt >&2
	@build/release/bench/bench_prompt 100 10
	@build/release/bench/bench_prompt 1000 10

#: make bench-tag     what the tag costs a page, in Chromium (BENCH_ARGS=--check:
#:                    fails where a must is missed)
.PHONY: bench-tag
bench-tag:
	@$(MAKE) --no-print-directory V=release all static >&2
	@RT_BUILD='$(CURDIR)/build/release' exec node bench/tag.mjs $(BENCH_ARGS)

#: make bench-sip     set-ups and recorded calls through the worker, against a
#:                    bare relay (RT_BENCH_CALLS=, RT_BENCH_S=, RT_BENCH_REPEAT=)
.PHONY: bench-sip
bench-sip:
	@$(MAKE) --no-print-directory V=release all build/release/bench/bench_relay \
	    build/release/bench/bench_bare >&2
	@RT_BUILD='$(CURDIR)/build/release' node bench/sip.mjs

#: make bench-attribution  who called, against worlds whose truth is known
.PHONY: bench-attribution
bench-attribution:
	@$(MAKE) --no-print-directory V=release \
	    build/release/bench/bench_attribution >&2
	@build/release/bench/bench_attribution

#: make bench-flow    steps of the flow interpreter a second, and the snapshot of
#:                    1,000 companies with 20 flows of 30 steps
.PHONY: bench-flow
bench-flow:
	@$(MAKE) --no-print-directory V=release build/release/bench/bench_flow >&2
	@build/release/bench/bench_flow

#: make bench-fresh   hang-up to the row in the log, the figure, the live view
#:                    (RT_BENCH_RATE=50 calls a second)
.PHONY: bench-fresh
bench-fresh:
	@$(MAKE) --no-print-directory V=release all static >&2
	@RT_BUILD='$(CURDIR)/build/release' exec node bench/fresh.mjs

#: make bench-drain   calls that ended without the database: how fast they come in
.PHONY: bench-drain
bench-drain:
	@$(MAKE) --no-print-directory V=release all static >&2
	@RT_BUILD='$(CURDIR)/build/release' exec node bench/drain.mjs

#: make bench-reports the pages over many calls (RT_BENCH_CALLS=100000,1000000;
#:                    10000000 takes 25 GB and half an hour)
.PHONY: bench-reports
bench-reports:
	@$(MAKE) --no-print-directory V=release all static \
	    build/release/bench/bench_reports >&2
	@RT_BUILD='$(CURDIR)/build/release' exec node bench/reports.mjs

# --- what browsers get ---------------------------------------------------------

#: make all           every program into build/VARIANT (V=debug, release, san)
#: make static        style sheet and scripts of the pages into static/dist
.PHONY: static
ESBUILD := node_modules/.bin/esbuild
PAGE_JS := app charts pool now
TAG_JS := t t-each t-events t-form t-frame t-print t-shim t-stub t-visit t-warn
DIST := $(patsubst %,static/dist/%.js,$(PAGE_JS) $(TAG_JS) flow-react flow) \
	static/dist/app.css static/dist/flow.css
static: $(DIST) $(DIST:%=%.gz)

# Packed once, as well as can be: nginx would do it each time, and less well.
static/dist/%.gz: static/dist/%
	@gzip -9 -n -c $< > $@

$(ESBUILD):
	@dev/deps.sh

CSS_FOR := chrome104,firefox102,safari16.4
static/dist/app.css: static/app.css $(wildcard static/css/*.css) $(ESBUILD)
	@$(ESBUILD) $< --bundle --minify --target=$(CSS_FOR) --outfile=$@ \
	    --log-level=warning

$(PAGE_JS:%=static/dist/%.js): static/dist/%.js: static/js/%.js \
    $(wildcard static/js/*.js) $(ESBUILD)
	@$(ESBUILD) $< --bundle --minify --format=iife --target=es2020 \
	    --outfile=$@ --log-level=warning

# Nearly all of it runs at once, so the browser may compile all of it while it is
# being read, away from the page's own thread.
EAGER := //\# allFunctionsCalledOnLoad

# The flow builder, on its own page only: React in one file, and React Flow with
# what is ours in another, which asks for it by name (docs/decisions/0306).
FLOW_BUNDLE = @$(ESBUILD) $< --bundle --minify --format=iife --target=es2020 \
	    --jsx=automatic '--define:process.env.NODE_ENV="production"' \
	    '--banner:js=$(EAGER)' --outfile=$@ --log-level=warning
static/dist/flow-react.js: static/js/flow_react.js $(ESBUILD)
	$(FLOW_BUNDLE)

static/dist/flow.js: static/js/flow.jsx $(wildcard static/js/flow/*) $(ESBUILD)
	$(FLOW_BUNDLE) --external:react --external:react-dom

static/dist/flow.css: static/flow.css $(wildcard static/css/flow_*) $(ESBUILD)
	@$(ESBUILD) $< --bundle --minify --target=$(CSS_FOR) --outfile=$@ \
	    --log-level=warning

# Properties of the tag's own objects need not be sent by their names. TAG_INNER
# no other file knows; those in names.json the parts ask for, so they have the same
# short name everywhere (esbuild writes its list, so it gets a copy). None that is
# set on a node or an event: a short name may be taken.
TAG_INNER := cc|trunk|zero|nsn|re|hide|root|frame|parts
TAG_SHARED = $(shell sed -n 's/^ *"\(.*\)": .*/\1/p' static/dni/names.json | paste -sd '|')
TAG_PARTS := $(patsubst %,static/dist/t-%.js,each events form frame print shim visit warn)
# $(call tag_bundle,format,names,more)
define tag_bundle
	@cp static/dni/names.json $@.names
	@$(ESBUILD) $< --bundle --format=$1 --minify --target=es2020 \
	    '--banner:js=$(EAGER)' '--mangle-props=^($2)$$' $3 \
	    --mangle-cache=$@.names --outfile=$@ --log-level=warning
	@rm $@.names
endef

# The tag asks for its parts by what is in them, so that no browser has one of
# another version in its cache for it.
static/dist/t.js: static/dni/t.js static/dni/swap.js static/dni/keep.js \
    static/dni/names.json $(TAG_PARTS) Makefile $(ESBUILD)
	$(call tag_bundle,iife,$(TAG_INNER)|$(TAG_SHARED),--define:PARTS=$$(cat \
	    $(TAG_PARTS) | cksum | cut -c1-4))

static/dist/t-stub.js: static/dni/stub.js $(ESBUILD)
	@$(ESBUILD) $< --minify --outfile=$@ --log-level=warning

static/dist/t-form.js: static/dni/plain.js
static/dist/t-visit.js: static/dni/about.js static/dni/forms.js
static/dist/t-frame.js: static/dni/forms.js static/dni/keep.js

static/dist/t-%.js: static/dni/%.js static/dni/names.json Makefile $(ESBUILD)
	$(call tag_bundle,esm,$(TAG_SHARED))

#: make shots         every page, both themes, three widths: contact sheets
.PHONY: shots
shots: all static
	@node tests/browser/shots.mjs $(SHOTS)

# --- checks ------------------------------------------------------------------

ALL_C := $(foreach r,$(ROOMS),$(wildcard $(r)/*.c $(r)/*.h)) \
	$(wildcard tests/*/*.c tests/*/*.h bench/*.c bench/*.h)

#: make clean         remove what was built
#: make format        rewrite the C files in the house's format
format:
	@clang-format -i $(ALL_C)

#: make lint          the static checks alone, each one line (tests/lint)
.PHONY: lint
lint:
	@tests/lint/lint.sh $(ALL_C)

#: make tests         build every test program; dev/run-tests.sh FILE runs one
#: make unit          unit tests and fuzz corpora of this variant (V=debug)
.PHONY: unit units tests fuzzers
tests: all $(TESTS:%=$(B)/tests/%) $(B)/tests/fault.so
fuzzers: $(FUZZ:%=$(B)/tests/%)
# Of the others what each compiler has to say of them; they run in one build only.
units: all $(UNIT:%=$(B)/tests/%) fuzzers $(DBT:%=$(B)/o/tests/%.o) \
    $(SIMT:%=$(B)/o/tests/%.o)
unit: units
	@dev/run-tests.sh $(UNIT:%=$(B)/tests/%) $(FUZZ:%=$(B)/tests/%)

#: make check         lint, unit tests and fuzz corpora; under two minutes
#: make test          everything: check, database, web, SIP, browser, whole calls
#: make test-long     the same with large numbers, valgrind and analysers; goes on
#:                    where it was cut off (PART=name: one of dev/long.parts)
.PHONY: check test test-long
check: deps
	@setpriv --pdeathsig TERM dev/test.sh check
test: deps
	@setpriv --pdeathsig TERM dev/test.sh test
test-long: deps
	@setpriv --pdeathsig TERM dev/parts.sh long $(if $(PART),part $(PART))

#: make test-db       database tests on a throw-away MariaDB
#: make sim SEED=n CALLS=n  simulated calls; a failure names its seed
.PHONY: test-db test-sim sim
test-db: all $(DBT:%=$(B)/tests/%)
	@dev/run-tests.sh $(DBT:%=$(B)/tests/%)
sim: test-sim
test-sim: all $(SIMT:%=$(B)/tests/%)
	@RT_TEST_TIMEOUT_S=$(or $(RT_TEST_TIMEOUT_S),600) \
	    dev/run-tests.sh $(SIMT:%=$(B)/tests/%)

#: make valgrind      unit tests under valgrind (PIECE=1/4: every fourth of them)
.PHONY: valgrind
# The children of the first two are under a system call filter that kills
# valgrind's own; the third's calls itself a server, which valgrind refuses to run.
VALGRIND := $(filter-out unit/test_drop unit/test_rec_proc unit/test_ctl_left, \
    $(UNIT))
ifneq ($(PIECE),)
VALGRIND := $(shell printf '%s\n' $(VALGRIND) | awk -v piece=$(PIECE) \
    'BEGIN { split(piece, p, "/") } NR % p[2] == p[1] % p[2]')
endif
valgrind: all $(VALGRIND:%=$(B)/tests/%)
	@RT_TEST_WRAP=valgrind RT_TEST_TIMEOUT_S=1800 \
	    dev/run-tests.sh $(VALGRIND:%=$(B)/tests/%)

#: make tidy          clang-tidy, cppcheck and gcc's analyser over all C
.PHONY: tidy
tidy:
	@dev/tidy.sh $(filter %.c,$(filter-out tests/% bench/%,$(ALL_C)))

#: make coverage      lines and branches by room, against their floors
.PHONY: coverage
coverage:
	@dev/parts.sh coverage

#: make drill-NAME    faults on purpose, long: kill mysql-down torn-journal bleed
#:                    disk-full flood leases owners abuse strangers caps hang
#:                    hang-dni any
drill-%: all $(B)/tests/fault.so
	@RT_TEST_LONG=1 RT_TEST_TIMEOUT_S=3600 \
	    dev/run-tests.sh tests/drill/$(subst -,_,$*).test.mjs

#: make fuzz T=x S=60 search with libFuzzer; findings go into the corpus
.PHONY: fuzz
fuzz:
	@[ -n "$(T)" ] || { echo "say which: make fuzz T=sip_msg S=60; there are:" \
	    $(FUZZ:fuzz/fuzz_%=%) >&2; exit 2; }
	$(MAKE) V=fuzz build/fuzz/tests/fuzz/fuzz_$(T)
	mkdir -p tests/fuzz/corpus/$(T)
	build/fuzz/tests/fuzz/fuzz_$(T) -max_total_time=$(or $(S),60) \
	    -artifact_prefix=tests/fuzz/corpus/$(T)/ tests/fuzz/corpus/$(T)
