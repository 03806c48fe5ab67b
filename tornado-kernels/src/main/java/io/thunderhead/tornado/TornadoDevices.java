package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.device.ComputeDevice;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;

/// Finds TornadoVM's devices, and lets none compute that has not passed the [SelfCheck] in this process.
final class TornadoDevices {
    private static final Set<Integer> CHECKED = ConcurrentHashMap.newKeySet();

    private TornadoDevices() {}

    static List<Integer> gpus() {
        List<TornadoDevice> all = all();
        return IntStream.range(0, all.size())
                .filter(number -> all.get(number).getDeviceType() == TornadoDeviceType.GPU)
                .boxed()
                .toList();
    }

    static ComputeDevice open(int number) {
        List<TornadoDevice> all = all();
        if (number >= all.size()) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, "TornadoVM sees " + all.size() + " devices, there is no gpu:" + number);
        }
        TornadoDevice device = all.get(number);
        String name = "gpu:" + number + " " + device.getPhysicalDevice().getDeviceName();
        synchronized (CHECKED) {
            if (!CHECKED.contains(number)) {
                SelfCheck.run(open(name, device));
                CHECKED.add(number);
            }
        }
        return open(name, device);
    }

    private static TornadoWorkerDevice open(String name, TornadoDevice device) {
        return new TornadoWorkerDevice(name, device, device.getMaxGlobalMemory());
    }

    private static List<TornadoDevice> all() {
        try {
            TornadoBackend backend = TornadoRuntimeProvider.getTornadoRuntime().getBackend(0);
            return backend.getAllDevices();
        } catch (TornadoRuntimeException e) {
            throw new ServingException(
                    ErrorCode.CONFIG_INVALID, "TornadoVM finds no driver for its devices: " + e.getMessage(), e);
        }
    }
}
