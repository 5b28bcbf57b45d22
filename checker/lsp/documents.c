#include "checker/lsp/documents.h"

static void set(struct buf *b, struct str s) {
    buf_clear(b);
    buf_add(b, s);
}

static struct document *free_place(struct documents *d) {
    for (uint32_t i = 0; i < d->items.len; i++) {
        if (!d->items.data[i].is_open) {
            return &d->items.data[i];
        }
    }
    struct document doc = {0};
    buf_init(&doc.uri, 1 << 16);
    buf_init(&doc.path, 1 << 16);
    buf_init(&doc.text, DOCUMENT_MAX_BYTES);
    vec_push(d->arena, &d->items, doc);
    return &vec_last(&d->items);
}

void documents_open(struct documents *d, struct str uri, struct str path, int64_t version,
                    struct str text) {
    struct document *doc = documents_find(d, path);
    doc = doc ? doc : free_place(d);
    doc->is_open = true;
    doc->version = version;
    doc->good = -1;
    set(&doc->uri, uri);
    set(&doc->path, path);
    document_set(doc, text);
}

struct document *documents_find(const struct documents *d, struct str path) {
    for (uint32_t i = 0; i < d->items.len; i++) {
        struct document *doc = &d->items.data[i];
        if (doc->is_open && str_eq(buf_str(&doc->path), path)) {
            return doc;
        }
    }
    return NULL;
}

void document_set(struct document *doc, struct str text) {
    set(&doc->text, text);
}

void document_edit(struct document *doc, struct position from, struct position to, struct str text,
                   enum encoding encoding) {
    struct str old = buf_str(&doc->text);
    size_t first = text_offset(old, from, encoding);
    size_t last = text_offset(old, to, encoding);
    struct buf changed;
    buf_init(&changed, DOCUMENT_MAX_BYTES);
    buf_add(&changed, str_slice(old, 0, first));
    buf_add(&changed, text);
    buf_add(&changed, str_slice(old, last > first ? last : first, old.len));
    buf_release(&doc->text);
    doc->text = changed;
}

void documents_close(struct documents *d, struct str path) {
    struct document *doc = documents_find(d, path);
    if (doc) {
        doc->is_open = false;
        buf_release(&doc->text); // memory follows what is open
        buf_init(&doc->text, DOCUMENT_MAX_BYTES);
    }
}

void documents_release(struct documents *d) {
    for (uint32_t i = 0; i < d->items.len; i++) {
        buf_release(&d->items.data[i].uri);
        buf_release(&d->items.data[i].path);
        buf_release(&d->items.data[i].text);
    }
    d->items.len = 0;
}
