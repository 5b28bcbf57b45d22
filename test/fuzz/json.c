// The JSON writer: whatever the text, what is written is JSON, and valid UTF-8 comes back as it was.
#include "checker/base/json.h"

#include "checker/base/utf.h"
#include "test/fuzz/fuzz.h"

#include <cjson/cJSON.h>
#include <string.h>

static void columns(struct str line) {
    for (size_t i = 0; i <= line.len; i++) {
        size_t units = utf_units16(line, i);
        fuzz_promise(units <= line.len && utf_byte_of_unit16(line, units) <= line.len,
                     "columns are within the line");
    }
}

void fuzz_json(struct str input) {
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (!out) {
        return;
    }
    struct json j;
    json_init(&j, out, input.len % 2 == 0);
    json_object_begin(&j);
    json_key_str(&j, "text", input);
    json_key_int(&j, "length", (int64_t)input.len);
    json_object_end(&j);
    (void)fclose(out);
    cJSON *tree = cJSON_ParseWithLength(text, len);
    const char *back = cJSON_GetStringValue(cJSON_GetObjectItem(tree, "text"));
    fuzz_promise(back != NULL, "what is written is JSON");
    bool comparable = utf_valid(input) && memchr(input.ptr, 0, input.len) == NULL;
    fuzz_promise(!comparable || str_eq(str_from(back), input), "valid text comes back");
    fuzz_promise(utf_valid(str_make(text, len)), "what is written is UTF-8");
    cJSON_Delete(tree);
    free(text);
    columns(str_slice(input, 0, 256));
}
