package io.thunderhead.coordinator.grpc;

import com.google.common.primitives.Ints;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.thunderhead.coordinator.api.CompletionSpec;
import io.thunderhead.coordinator.api.Completions;
import io.thunderhead.coordinator.api.ServedModel;
import io.thunderhead.coordinator.api.ServedModels;
import io.thunderhead.core.time.Deadline;
import io.thunderhead.proto.v1.DetokenizeRequest;
import io.thunderhead.proto.v1.DetokenizeResponse;
import io.thunderhead.proto.v1.GenerateEvent;
import io.thunderhead.proto.v1.GenerateRequest;
import io.thunderhead.proto.v1.InferenceGrpc;
import io.thunderhead.proto.v1.ListModelsRequest;
import io.thunderhead.proto.v1.ListModelsResponse;
import io.thunderhead.proto.v1.Model;
import io.thunderhead.proto.v1.TokenizeRequest;
import io.thunderhead.proto.v1.TokenizeResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// `thunderhead.v1.Inference`.
final class InferenceService extends InferenceGrpc.InferenceImplBase {
    private final ServedModels models;
    private final Completions completions;
    private final Duration timeoutMax;

    InferenceService(ServedModels models, Completions completions, Duration timeoutMax) {
        this.models = models;
        this.completions = completions;
        this.timeoutMax = timeoutMax;
    }

    @Override
    public void generate(GenerateRequest request, StreamObserver<GenerateEvent> observer) {
        try {
            CompletionSpec spec = GenerateReader.read(
                    request, model(request.getModel()), ApiKeyInterceptor.currentClient(), deadline());
            new GenerateCall(spec, completions.start(spec), (ServerCallStreamObserver<GenerateEvent>) observer).start();
        } catch (RuntimeException e) {
            observer.onError(CallErrors.of(e));
        }
    }

    @Override
    public void tokenize(TokenizeRequest request, StreamObserver<TokenizeResponse> observer) {
        Answer.send(observer, () -> {
            int[] ids = PromptReader.read(request.getPrompt(), model(request.getModel()))
                    .toArray();
            return TokenizeResponse.newBuilder().addAllIds(Ints.asList(ids)).build();
        });
    }

    @Override
    public void detokenize(DetokenizeRequest request, StreamObserver<DetokenizeResponse> observer) {
        Answer.send(observer, () -> {
            String text = model(request.getModel())
                    .requireTokenizer("ids")
                    .decode(Ints.toArray(request.getIdsList()), request.getSkipSpecialTokens());
            return DetokenizeResponse.newBuilder().setText(text).build();
        });
    }

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
        Answer.send(observer, () -> {
            ListModelsResponse.Builder answer = ListModelsResponse.newBuilder();
            models.all().forEach(model -> answer.addModels(describe(model)));
            return answer.build();
        });
    }

    private static Model describe(ServedModel model) {
        return Model.newBuilder()
                .setId(model.id())
                .setContextMax(model.contextMax())
                .setVocabularySize(model.config().vocabSize())
                .build();
    }

    private ServedModel model(String name) {
        return name.isEmpty() ? models.all().getFirst() : models.named(name);
    }

    private Deadline deadline() {
        Deadline ours = Deadline.after(timeoutMax);
        io.grpc.Deadline theirs = Context.current().getDeadline();
        return theirs == null
                ? ours
                : ours.earlier(Deadline.after(Duration.ofNanos(theirs.timeRemaining(TimeUnit.NANOSECONDS))));
    }
}
