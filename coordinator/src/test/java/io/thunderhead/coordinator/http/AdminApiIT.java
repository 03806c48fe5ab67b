package io.thunderhead.coordinator.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.thunderhead.coordinator.http.ApiServer.Settings;
import io.thunderhead.coordinator.testing.FakeEngine;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdminApiIT {
    private static final String CANCEL = "/admin/api/cancel";
    private static final String DRAIN = "/admin/api/drain";
    private static final JsonMapper MAPPER = new JsonMapper();

    @Test
    void describesTheCluster() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            JsonNode cluster = json(server.get("/admin/api/cluster"));
            assertThat(cluster.get("ready").booleanValue()).isTrue();
            assertThat(cluster.at("/model/experts").intValue()).isEqualTo(4);
            assertThat(cluster.at("/plan/epoch").intValue()).isEqualTo(7);
            assertThat(cluster.at("/plan/stages/1/node").stringValue()).isEqualTo("attention-1");
            assertThat(cluster.at("/plan/stages/1/first_layer").intValue()).isEqualTo(1);
            assertThat(cluster.at("/plan/holders/0/layers").isObject()).isTrue();
            assertThat(cluster.at("/nodes/0/device").stringValue()).isEqualTo("cpu");
            assertThat(cluster.at("/changes/0/reason").stringValue()).isEqualTo("test");
        }
    }

    @Test
    void listsRequestsAndCancelsOne() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            JsonNode request = json(server.get("/admin/api/requests")).at("/requests/0");
            assertThat(request.get("request_id").stringValue()).isEqualTo("r-1");
            assertThat(request.get("phase").stringValue()).isEqualTo("reading");
            assertThat(request.get("age_millis").intValue()).isEqualTo(2000);
            assertThat(server.post(CANCEL, "{\"request_id\":\"r-2\"}").statusCode())
                    .isEqualTo(404);
            assertThat(server.post(CANCEL, "{\"request_id\":\"r-1\"}").statusCode())
                    .isEqualTo(200);
            assertThat(json(server.get("/admin/api/requests")).get("requests").size())
                    .isZero();
        }
    }

    @Test
    void drainsAWorkerAndUndrainsIt() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            assertThat(server.post(DRAIN, "{\"node\":\"attention-1\"}").statusCode())
                    .isEqualTo(200);
            assertThat(drained(server)).containsExactly("attention-1");
            assertThat(server.post("/admin/api/undrain", "{\"node\":\"attention-1\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(drained(server)).isEmpty();
        }
    }

    @Test
    void refusesToDrainWhatTheClusterNeeds() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            HttpResponse<String> last = server.post(DRAIN, "{\"node\":\"expert-0\"}");
            assertThat(last.statusCode()).isEqualTo(400);
            assertThat(last.body()).contains("expert-0 is the last expert-worker");
            assertThat(server.post(DRAIN, "{\"node\":\"expert-9\"}").statusCode())
                    .isEqualTo(404);
            assertThat(server.post(DRAIN, "{\"nodes\":1}").statusCode()).isEqualTo(400);
            assertThat(drained(server)).isEmpty();
        }
    }

    @Test
    void addsUpWhatExpertsComputed() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            assertThat(json(server.get("/admin/api/loads"))).hasToString("{\"rows\":[[0,0,0,0],[3,0,0,5]]}");
        }
    }

    private static List<String> drained(ApiServer server) throws Exception {
        return json(server.get("/admin/api/cluster"))
                .get("nodes")
                .valueStream()
                .filter(node -> node.get("drained").booleanValue())
                .map(node -> node.get("id").stringValue())
                .toList();
    }

    @Test
    void isForTheNamedClientsOnly() throws Exception {
        Settings settings = new Settings();
        settings.apiKeys = List.of("user:secret-1", "operator:secret-2");
        settings.adminClients = List.of("operator");
        try (ApiServer server = ApiServer.start(FakeEngine.manual(), settings)) {
            String body = "{\"request_id\":\"r-1\"}";
            assertThat(server.get("/admin/api/cluster").statusCode()).isEqualTo(401);
            assertThat(server.post(CANCEL, body).statusCode()).isEqualTo(401);
            HttpResponse<String> refused = server.post(CANCEL, body, "authorization", "Bearer secret-1");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("http.admin-clients");
            assertThat(server.post(CANCEL, body, "authorization", "Bearer secret-2")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /// What a page of another site can make a browser send without asking us.
    @Test
    void refusesAFormOfAnotherSite() throws Exception {
        try (ApiServer server = ApiServer.start(FakeEngine.manual())) {
            HttpResponse<String> refused = server.postAs("text/plain", CANCEL, "{\"request_id\":\"r-1\"}");
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(json(server.get("/admin/api/requests")).get("requests").size())
                    .isOne();
        }
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        return MAPPER.readTree(answer.body());
    }
}
