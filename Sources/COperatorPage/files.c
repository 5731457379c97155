#include "COperatorPage.h"

// The files are compiled into the program (C23 section 6.10.4, `#embed`): the page is always the one
// that fits the program, and nothing has to be installed beside it. The compiler lists them as
// dependencies, so that a change of one is built.

static const unsigned char index_html[] = {
#embed "Files/index.html"
};
static const unsigned char api_js[] = {
#embed "Files/api.js"
};
static const unsigned char attention_js[] = {
#embed "Files/attention.js"
};
static const unsigned char callback_js[] = {
#embed "Files/callback.js"
};
static const unsigned char cashier_js[] = {
#embed "Files/cashier.js"
};
static const unsigned char charts_js[] = {
#embed "Files/charts.js"
};
static const unsigned char compare_js[] = {
#embed "Files/compare.js"
};
static const unsigned char day_js[] = {
#embed "Files/day.js"
};
static const unsigned char decisions_js[] = {
#embed "Files/decisions.js"
};
static const unsigned char diagnosis_js[] = {
#embed "Files/diagnosis.js"
};
static const unsigned char dom_js[] = {
#embed "Files/dom.js"
};
static const unsigned char find_js[] = {
#embed "Files/find.js"
};
static const unsigned char format_js[] = {
#embed "Files/format.js"
};
static const unsigned char gateway_js[] = {
#embed "Files/gateway.js"
};
static const unsigned char icon_svg[] = {
#embed "Files/icon.svg"
};
static const unsigned char indonesian_js[] = {
#embed "Files/indonesian.js"
};
static const unsigned char live_js[] = {
#embed "Files/live.js"
};
static const unsigned char now_js[] = {
#embed "Files/now.js"
};
static const unsigned char page_css[] = {
#embed "Files/page.css"
};
static const unsigned char page_js[] = {
#embed "Files/page.js"
};
static const unsigned char parts_js[] = {
#embed "Files/parts.js"
};
static const unsigned char payment_js[] = {
#embed "Files/payment.js"
};
static const unsigned char text_js[] = {
#embed "Files/text.js"
};

#define FILE_OF(path, type, bytes) { path, type, bytes, sizeof bytes }

static const struct operator_page_file files[] = {
    FILE_OF("/", "text/html; charset=utf-8", index_html),
    FILE_OF("/page/api.js", "text/javascript; charset=utf-8", api_js),
    FILE_OF("/page/attention.js", "text/javascript; charset=utf-8", attention_js),
    FILE_OF("/page/callback.js", "text/javascript; charset=utf-8", callback_js),
    FILE_OF("/page/cashier.js", "text/javascript; charset=utf-8", cashier_js),
    FILE_OF("/page/charts.js", "text/javascript; charset=utf-8", charts_js),
    FILE_OF("/page/compare.js", "text/javascript; charset=utf-8", compare_js),
    FILE_OF("/page/day.js", "text/javascript; charset=utf-8", day_js),
    FILE_OF("/page/decisions.js", "text/javascript; charset=utf-8", decisions_js),
    FILE_OF("/page/diagnosis.js", "text/javascript; charset=utf-8", diagnosis_js),
    FILE_OF("/page/dom.js", "text/javascript; charset=utf-8", dom_js),
    FILE_OF("/page/find.js", "text/javascript; charset=utf-8", find_js),
    FILE_OF("/page/format.js", "text/javascript; charset=utf-8", format_js),
    FILE_OF("/page/gateway.js", "text/javascript; charset=utf-8", gateway_js),
    FILE_OF("/page/icon.svg", "image/svg+xml", icon_svg),
    FILE_OF("/page/indonesian.js", "text/javascript; charset=utf-8", indonesian_js),
    FILE_OF("/page/live.js", "text/javascript; charset=utf-8", live_js),
    FILE_OF("/page/now.js", "text/javascript; charset=utf-8", now_js),
    FILE_OF("/page/page.css", "text/css; charset=utf-8", page_css),
    FILE_OF("/page/page.js", "text/javascript; charset=utf-8", page_js),
    FILE_OF("/page/parts.js", "text/javascript; charset=utf-8", parts_js),
    FILE_OF("/page/payment.js", "text/javascript; charset=utf-8", payment_js),
    FILE_OF("/page/text.js", "text/javascript; charset=utf-8", text_js),
};

const struct operator_page_file *operator_page_file(size_t index) {
    return index < sizeof files / sizeof *files ? &files[index] : NULL;
}
