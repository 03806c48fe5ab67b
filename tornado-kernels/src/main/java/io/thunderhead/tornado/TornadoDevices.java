package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.device.ComputeDevice;
import io.thunderhead.tornado.cuda.VisibleDevices;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/// Finds TornadoVM's devices, and lets none compute that has not passed the [SelfCheck] in this process. With CUDA a
/// process has one, the first that is asked for.
final class TornadoDevices {
    private static final Set<Integer> CHECKED = new HashSet<>();
    private static OptionalInt first = OptionalInt.empty();

    private TornadoDevices() {}

    static synchronized List<Integer> gpus() {
        if (first.isEmpty()) {
            first = OptionalInt.of(0);
        }
        TornadoBackend backend = backend();
        List<TornadoDevice> all = backend.getAllDevices();
        if (backend.getBackendType() == TornadoVMBackendType.CUDA) {
            return all.isEmpty() ? List.of() : List.of(first.getAsInt());
        }
        return IntStream.range(0, all.size())
                .filter(number -> all.get(number).getDeviceType() == TornadoDeviceType.GPU)
                .boxed()
                .toList();
    }

    static synchronized ComputeDevice open(int number) {
        if (first.isEmpty()) {
            VisibleDevices.only(number);
            first = OptionalInt.of(number);
        }
        TornadoBackend backend = backend();
        boolean cuda = backend.getBackendType() == TornadoVMBackendType.CUDA;
        if (cuda && number != first.getAsInt()) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID,
                    "a process computes on one GPU, and this one has gpu:" + first.getAsInt()
                            + ": let each worker be a process");
        }
        List<TornadoDevice> all = backend.getAllDevices();
        int index = cuda ? 0 : number;
        if (index >= all.size()) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, "TornadoVM sees " + all.size() + " devices, there is no gpu:" + number);
        }
        TornadoDevice device = all.get(index);
        String name = "gpu:" + number + " " + device.getPhysicalDevice().getDeviceName();
        if (!CHECKED.contains(number)) {
            SelfCheck.run(share(name, device, GraphSizes.FEW));
            CHECKED.add(number);
        }
        return share(name, device, cuda ? GraphSizes.MANY : GraphSizes.FEW);
    }

    private static TornadoWorkerDevice share(String name, TornadoDevice device, GraphSizes sizes) {
        return new TornadoWorkerDevice(name, device, device.getMaxGlobalMemory(), sizes);
    }

    private static TornadoBackend backend() {
        return TornadoRuntimeProvider.getTornadoRuntime().getBackend(0);
    }
}
