#include <stddef.h>

/// A file of the operator page, as it is served.
struct operator_page_file {
    /// The path of its URL, such as `/page/page.js`.
    const char *path;

    /// The media type.
    const char *type;

    /// The content; not terminated by zero.
    const unsigned char *bytes;
    size_t count;
};

/// The file of an index, from 0; NULL after the last one.
const struct operator_page_file *operator_page_file(size_t index);
