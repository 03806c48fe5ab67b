package io.thunderhead.tornado;

import io.thunderhead.tornado.cuda.CudaTasks;
import io.thunderhead.tornado.cuda.DeviceRegion;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/// What sequences leave on a device: an array of TornadoVM, which any kernel can use, or a region of any size, which
/// those in CUDA C can.
sealed interface DeviceStore extends AutoCloseable {
    /// Arrays that graphs must take along.
    List<Object> arrays();

    /// For a kernel in CUDA C that reads and writes it.
    CudaTasks.Argument argument();

    @Override
    void close();

    record OfArray(FloatArray array) implements DeviceStore {
        @Override
        public List<Object> arrays() {
            return List.of(array);
        }

        @Override
        public CudaTasks.Argument argument() {
            return CudaTasks.update(array);
        }

        @Override
        public void close() {}
    }

    /// @param memory whose books it is in
    record OfRegion(DeviceRegion region, DeviceMemory memory, long bytes) implements DeviceStore {
        /// Throws DEVICE_OUT_OF_MEMORY if the worker, or the device, has not so much left.
        static OfRegion of(Target target, String what, long floats) {
            long bytes = floats * Float.BYTES;
            target.memory().take(what, bytes);
            try {
                return new OfRegion(
                        ResidentPlan.madeWhileNothingIsRecorded(() -> new DeviceRegion(target.device(), bytes)),
                        target.memory(),
                        bytes);
            } catch (RuntimeException | Error e) {
                target.memory().giveBack(bytes);
                throw e;
            }
        }

        @Override
        public List<Object> arrays() {
            return List.of();
        }

        @Override
        public CudaTasks.Argument argument() {
            return CudaTasks.read(region.address());
        }

        void read(long firstFloat, float[] to) {
            ResidentPlan.whileNothingIsRecorded(() -> region.read(firstFloat * Float.BYTES, to));
        }

        void write(long firstFloat, float[] from) {
            ResidentPlan.whileNothingIsRecorded(() -> region.write(firstFloat * Float.BYTES, from));
        }

        @Override
        public void close() {
            ResidentPlan.whileNothingIsRecorded(region::close);
            memory.giveBack(bytes);
        }
    }
}
