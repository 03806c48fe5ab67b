package io.thunderhead.cluster.membership;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.id.HostPort;
import io.thunderhead.core.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Membership between processes: coordinators are Hazelcast's data members, workers its lite members.
///
/// A worker never forms a cluster of its own: it waits until a coordinator answers, joins, and starts over if it came
/// into a cluster without one.
public final class HazelcastMembership extends BoardMembership {
    private static final Logger log = LoggerFactory.getLogger(HazelcastMembership.class);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final Duration PROBE_TIMEOUT = Duration.ofMillis(500);
    private static final Duration REMIND = Duration.ofSeconds(10);

    private final ClusterConfig config;
    private volatile @Nullable HostPort address;

    public HazelcastMembership(ClusterConfig config) {
        this.config = config;
    }

    /// Where membership listens, for other nodes' `cluster.members`; empty before the start.
    public Optional<HostPort> address() {
        return Optional.ofNullable(address);
    }

    @Override
    Board open(NodeInfo self, Runnable changed) {
        long startNanos = System.nanoTime();
        HazelcastInstance instance = self.role() == NodeRole.COORDINATOR
                ? launch(false)
                : joinCoordinator(self.id().value());
        address = address(instance.getCluster().getLocalMember());
        log.info(
                "{} is in cluster '{}' as {} with {} members after {} ms",
                self.id(),
                config.name(),
                address,
                instance.getCluster().getMembers().size(),
                Duration.ofNanos(System.nanoTime() - startNanos).toMillis());
        return new HazelcastBoard(instance, changed);
    }

    private HazelcastInstance launch(boolean lite) {
        // Its first words come before it reads its configuration.
        System.setProperty("hazelcast.logging.type", "slf4j");
        return Hazelcast.newHazelcastInstance(HazelcastSettings.of(config, lite));
    }

    private HazelcastInstance joinCoordinator(String self) {
        Deadline deadline = Deadline.after(config.joinTimeout());
        Deadline remind = Deadline.after(Duration.ZERO);
        while (!closed()) {
            if (answers()) {
                HazelcastInstance instance = launch(true);
                if (instance.getCluster().getMembers().stream().anyMatch(member -> !member.isLiteMember())) {
                    return instance;
                }
                instance.getLifecycleService().terminate();
            }
            if (deadline.expired()) {
                throw new ServingException(
                        ErrorCode.NOT_READY,
                        "%s: no coordinator at %s within %s".formatted(self, coordinators(), config.joinTimeout()));
            }
            if (remind.expired()) {
                log.info("{} waits for a coordinator at {}", self, coordinators());
                remind = Deadline.after(REMIND);
            }
            LockSupport.parkNanos(RETRY.toNanos());
        }
        throw new ServingException(ErrorCode.SHUTTING_DOWN, self + ": closed while it looked for a coordinator");
    }

    /// A plain connect: far cheaper than a Hazelcast start that finds nobody.
    private boolean answers() {
        return candidates().anyMatch(HazelcastMembership::accepts);
    }

    private Stream<HostPort> candidates() {
        return switch (config.discovery()) {
            case STATIC -> config.members().stream().map(HostPort::parse);
            case KUBERNETES -> addresses(HazelcastSettings.serviceName(config));
        };
    }

    /// A service without pods has no name yet.
    private Stream<HostPort> addresses(String service) {
        try {
            return Stream.of(InetAddress.getAllByName(service))
                    .map(address -> new HostPort(address.getHostAddress(), config.bindPort()));
        } catch (UnknownHostException e) {
            return Stream.empty();
        }
    }

    private static boolean accepts(HostPort coordinator) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(coordinator.host(), coordinator.port()), (int) PROBE_TIMEOUT.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String coordinators() {
        return switch (config.discovery()) {
            case STATIC -> String.join(", ", config.members());
            case KUBERNETES -> "service " + HazelcastSettings.serviceName(config);
        };
    }

    private static HostPort address(Member member) {
        return new HostPort(member.getAddress().getHost(), member.getAddress().getPort());
    }
}
