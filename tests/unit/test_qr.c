/* Tests of lib/qr: the code of a text, as path data. */
#include <string.h>

#include "lib/base/scan.h"
#include "lib/qr/qr.h"
#include "tests/support/cm.h"

#define SIDE_MAX 200

static uint32_t number_after(struct slice *rest, char c)
{
	uint32_t v = 0;

	assert_int_equal(scan_byte(rest, c), ERR_OK);
	assert_int_equal(scan_u32(rest, &v), ERR_OK);
	return v;
}

/* The path drawn again: "M4 4h7v1h-7z", run after run. */
static void draw(struct slice path, unsigned int side,
    bool grid[SIDE_MAX][SIDE_MAX])
{
	while (path.n > 0) {
		const uint32_t x = number_after(&path, 'M');
		const uint32_t y = number_after(&path, ' ');
		const uint32_t n = number_after(&path, 'h');

		assert_int_equal(number_after(&path, 'v'), 1);
		assert_int_equal(scan_byte(&path, 'h'), ERR_OK);
		assert_int_equal(number_after(&path, '-'), n);
		assert_int_equal(scan_byte(&path, 'z'), ERR_OK);
		assert_true(x >= QR_QUIET && x + n <= side - QR_QUIET);
		assert_true(y >= QR_QUIET && y < side - QR_QUIET);
		for (uint32_t i = 0; i < n; i++)
			grid[y][x + i] = true;
	}
}

/* ISO/IEC 18004 6.3.3: three finder patterns of 7 by 7. */
static void expect_finder(bool grid[SIDE_MAX][SIDE_MAX], unsigned int x0,
    unsigned int y0)
{
	for (unsigned int y = 0; y < 7; y++)
		for (unsigned int x = 0; x < 7; x++) {
			const bool ring = x == 0 || x == 6 || y == 0 || y == 6;
			const bool core = x >= 2 && x <= 4 && y >= 2 && y <= 4;

			if (grid[y0 + y][x0 + x] != (ring || core))
				fail_msg("at %u %u", x, y);
		}
}

static void test_path(void **state)
{
	static bool grid[SIDE_MAX][SIDE_MAX];
	unsigned int side = 0;
	struct buf b;

	(void)state;
	buf_init(&b, QR_PATH_MAX);
	assert_int_equal(qr_path("otpauth://totp/a?secret=JBSWY3DPEHPK3PXP", &b,
			     &side),
	    ERR_OK);
	/* Version 3 or 4 at level M: 29 or 33 modules, and the quiet zone. */
	assert_true(side == 29 + 2 * QR_QUIET || side == 33 + 2 * QR_QUIET);
	draw(buf_slice(&b), side, grid);
	expect_finder(grid, QR_QUIET, QR_QUIET);
	expect_finder(grid, side - QR_QUIET - 7, QR_QUIET);
	expect_finder(grid, QR_QUIET, side - QR_QUIET - 7);
	buf_fini(&b);
}

static void test_limits(void **state)
{
	char text[QR_TEXT_MAX + 2], mem[100];
	unsigned int side = 7;
	struct buf b;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[QR_TEXT_MAX + 1] = '\0';
	buf_init(&b, QR_PATH_MAX);
	assert_int_equal(qr_path(text, &b, &side), ERR_TOOBIG);
	text[QR_TEXT_MAX] = '\0';
	assert_int_equal(qr_path(text, &b, &side), ERR_OK);
	assert_true(side > 7 && side <= SIDE_MAX);
	buf_fini(&b);
	side = 7;
	buf_over(&b, mem, sizeof(mem));
	assert_int_equal(qr_path("x", &b, &side), ERR_TOOBIG);
	assert_int_equal(side, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_path),
		cmocka_unit_test(test_limits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
