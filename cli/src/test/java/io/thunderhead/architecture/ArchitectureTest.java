package io.thunderhead.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import java.util.stream.Stream;

/// docs/adr/0001: dependencies flow one way, nodes do not know each other, every third-party system has one home.
@AnalyzeClasses(packages = "io.thunderhead", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String CORE = "io.thunderhead.core..";
    private static final String METRICS = "io.thunderhead.metrics..";
    private static final String MODEL = "io.thunderhead.model..";
    private static final String CORPUS = "io.thunderhead.corpus..";
    private static final String PROTO = "io.thunderhead.proto..";
    private static final String TRANSPORT = "io.thunderhead.transport..";
    private static final String CLUSTER = "io.thunderhead.cluster..";
    private static final String EXPERT = "io.thunderhead.expert..";
    private static final String ATTENTION = "io.thunderhead.attention..";
    private static final String COORDINATOR = "io.thunderhead.coordinator..";
    private static final String CLIENT = "io.thunderhead.client..";

    @ArchTest
    static final ArchRule coreKnowsNoOtherModule = mayUse(CORE);

    @ArchTest
    static final ArchRule metricsKnowNoNode = mayUse(METRICS, CORE);

    @ArchTest
    static final ArchRule modelKnowsCoreOnly = mayUse(MODEL, CORE);

    @ArchTest
    static final ArchRule corpusKnowsNoNode = mayUse(CORPUS, CORE, MODEL);

    @ArchTest
    static final ArchRule wireKnowsNoOtherModule = mayUse(PROTO);

    @ArchTest
    static final ArchRule transportKnowsNoNode = mayUse(TRANSPORT, CORE, MODEL, PROTO);

    @ArchTest
    static final ArchRule clusterKnowsNoNode = mayUse(CLUSTER, CORE, MODEL);

    @ArchTest
    static final ArchRule expertWorkerKnowsNoOtherNode = mayUse(EXPERT, CORE, METRICS, MODEL, TRANSPORT, CLUSTER);

    @ArchTest
    static final ArchRule attentionWorkerKnowsNoOtherNode = mayUse(ATTENTION, CORE, METRICS, MODEL, TRANSPORT, CLUSTER);

    @ArchTest
    static final ArchRule coordinatorKnowsNoOtherNode =
            mayUse(COORDINATOR, CORE, METRICS, MODEL, CORPUS, PROTO, TRANSPORT, CLUSTER);

    @ArchTest
    static final ArchRule clientKnowsTheWireOnly = mayUse(CLIENT, CORE, PROTO);

    @ArchTest
    static final ArchRule hazelcastLivesInCluster = only("com.hazelcast..", CLUSTER);

    @ArchTest
    static final ArchRule arrowLivesInTransport = only("org.apache.arrow..", TRANSPORT);

    /// The public API is served by the coordinator and spoken by the client: docs/adr/0003 says why not in transport.
    @ArchTest
    static final ArchRule grpcLivesAtTheWires =
            only("io.grpc..", TRANSPORT, "io.thunderhead.coordinator.grpc..", CLIENT, PROTO);

    @ArchTest
    static final ArchRule vertxLivesInTheHttpApi = only("io.vertx..", "io.thunderhead.coordinator.http..");

    @ArchTest
    static final ArchRule pdfsAreReadForThePages = only("org.apache.pdfbox..", "io.thunderhead.coordinator.pages..");

    @ArchTest
    static final ArchRule chartsLiveInReports =
            only("org.knowm.xchart..", "io.thunderhead.cli.eval..", "io.thunderhead.cli.bench..");

    @ArchTest
    static final ArchRule prometheusLivesInMetrics = only("io.prometheus..", METRICS);

    @ArchTest
    static final ArchRule openTelemetryLivesInTraces = only("io.opentelemetry..", "io.thunderhead.coordinator.trace..");

    @ArchTest
    static final ArchRule vectorsLiveInKernels = only("jdk.incubator.vector..", "io.thunderhead.model.kernels..");

    @ArchTest
    static final ArchRule productionUsesNoFakes = only("io.thunderhead..testing..", "io.thunderhead..testing..");

    /// Classes of a module use, of this project, only itself and the given modules.
    private static ArchRule mayUse(String module, String... others) {
        String[] allowed = Stream.concat(Stream.of(module), Stream.of(others)).toArray(String[]::new);
        DescribedPredicate<JavaClass> foreign = resideInAPackage("io.thunderhead..")
                .and(DescribedPredicate.not(resideInAnyPackage(allowed)))
                .as("other modules than " + String.join(", ", allowed));
        return noClasses()
                .that()
                .resideInAPackage(module)
                .should(ArchConditions.dependOnClassesThat(foreign))
                .allowEmptyShould(true);
    }

    /// A library (or a kind of package) is used by its homes alone.
    private static ArchRule only(String library, String... homes) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(homes)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }
}
