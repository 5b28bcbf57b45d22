#include "checker/lsp/server.h"

#include <stdlib.h>

void message_begin(struct message *m) {
    *m = (struct message){0};
    m->file = open_memstream(&m->text, &m->len);
    json_init(&m->json, m->file, false);
    json_object_begin(&m->json);
    json_key_c(&m->json, "jsonrpc", "2.0");
}

void message_send(struct server *s, struct message *m) {
    json_object_end(&m->json);
    if (fclose(m->file) == 0) {
        rpc_frame(&s->out, str_make(m->text, m->len));
    }
    free(m->text);
}

void message_notify_begin(struct message *m, const char *method) {
    message_begin(m);
    json_key_c(&m->json, "method", method);
    json_key(&m->json, "params");
}

int64_t message_request_begin(struct server *s, struct message *m, const char *method) {
    int64_t id = ++s->next_id;
    message_begin(m);
    json_key_int(&m->json, "id", id);
    json_key_c(&m->json, "method", method);
    json_key(&m->json, "params");
    return id;
}

static void put_id(struct json *j, const cJSON *id) {
    json_key(j, "id");
    if (cJSON_IsString(id)) {
        json_str(j, str_from(id->valuestring));
    } else if (cJSON_IsNumber(id)) {
        json_int(j, (int64_t)id->valuedouble);
    } else {
        json_null(j);
    }
}

void message_result_begin(struct message *m, const cJSON *id) {
    message_begin(m);
    put_id(&m->json, id);
    json_key(&m->json, "result");
}

void message_error(struct server *s, const cJSON *id, int code, const char *text) {
    struct message m;
    message_begin(&m);
    put_id(&m.json, id);
    json_key(&m.json, "error");
    json_object_begin(&m.json);
    json_key_int(&m.json, "code", code);
    json_key_c(&m.json, "message", text);
    json_object_end(&m.json);
    message_send(s, &m);
}

void message_show(struct server *s, int type, struct str text) {
    struct message m;
    message_notify_begin(&m, type < 4 ? "window/showMessage" : "window/logMessage");
    json_object_begin(&m.json);
    json_key_int(&m.json, "type", type);
    json_key_str(&m.json, "message", text);
    json_object_end(&m.json);
    message_send(s, &m);
}

void message_request(struct server *s, const char *method) {
    struct message m;
    message_begin(&m);
    json_key_int(&m.json, "id", ++s->next_id);
    json_key_c(&m.json, "method", method);
    message_send(s, &m);
}

void message_cancelled(struct server *s, const cJSON *id, bool retrigger) {
    struct message m;
    message_begin(&m);
    put_id(&m.json, id);
    json_key(&m.json, "error");
    json_object_begin(&m.json);
    json_key_int(&m.json, "code", LSP_SERVER_CANCELLED);
    json_key_c(&m.json, "message", "the analysis ended without a result");
    json_key(&m.json, "data");
    json_object_begin(&m.json);
    json_key_bool(&m.json, "retriggerRequest", retrigger);
    json_object_end(&m.json);
    json_object_end(&m.json);
    message_send(s, &m);
}
