package io.thunderhead.client.examples;

import io.thunderhead.client.ChatMessage;
import io.thunderhead.client.GenerationEvent;
import io.thunderhead.client.GenerationRequest;
import io.thunderhead.client.GenerationStream;
import io.thunderhead.client.Prompt;
import io.thunderhead.client.ThunderheadClient;
import io.thunderhead.core.id.HostPort;
import java.time.Duration;

/// Asks one question and prints the answer as it comes. Arguments: `HOST:PORT PROMPT`; the key, if one is needed, from
/// the environment's THUNDERHEAD_API_KEY.
public final class QuickStart {
    private QuickStart() {}

    public static void main(String[] args) {
        if (args.length != 2) {
            throw new IllegalArgumentException("expected HOST:PORT PROMPT");
        }
        GenerationRequest request = GenerationRequest.builder(Prompt.chat(ChatMessage.user(args[1])))
                .maxTokens(256)
                .build();
        try (ThunderheadClient client = ThunderheadClient.builder(HostPort.parse(args[0]))
                        .apiKey(System.getenv().getOrDefault("THUNDERHEAD_API_KEY", ""))
                        .timeout(Duration.ofMinutes(2))
                        .build();
                GenerationStream answer = client.stream(request)) {
            answer.forEachRemaining(QuickStart::print);
        }
    }

    private static void print(GenerationEvent event) {
        switch (event) {
            case GenerationEvent.Tokens tokens -> System.out.print(tokens.text());
            case GenerationEvent.Ended ended -> System.out.println("\n" + ended.finishReason() + " " + ended.usage());
            case GenerationEvent.Started _, GenerationEvent.PromptScored _ -> {}
        }
    }
}
