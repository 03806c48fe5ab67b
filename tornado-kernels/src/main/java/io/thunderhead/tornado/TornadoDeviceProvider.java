package io.thunderhead.tornado;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.model.device.ComputeDevice;
import io.thunderhead.model.device.DeviceProvider;
import java.util.List;
import java.util.function.Supplier;

/// The devices that TornadoVM sees, in the order of its first backend. Found through META-INF/services; nothing of
/// TornadoVM is touched before a device is asked for, so that a JVM that was started without it only hears why not.
public final class TornadoDeviceProvider implements DeviceProvider {
    private static final String NO_TORNADO =
            "this JVM does not run TornadoVM: start it with the SDK's argument file, as ./thunderhead does when"
                    + " TORNADOVM_HOME names the SDK";

    @Override
    public List<Integer> gpus() {
        return asked(TornadoDevices::gpus);
    }

    @Override
    public ComputeDevice open(int number) {
        return asked(() -> TornadoDevices.open(number));
    }

    /// Whatever TornadoVM or a driver complains of is a reason to do without them.
    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (ServingException e) {
            throw e;
        } catch (LinkageError e) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, NO_TORNADO + " (" + e + ")", e);
        } catch (RuntimeException e) {
            throw new ServingException(ErrorCode.CONFIG_INVALID, "TornadoVM cannot use its devices: " + e, e);
        }
    }
}
