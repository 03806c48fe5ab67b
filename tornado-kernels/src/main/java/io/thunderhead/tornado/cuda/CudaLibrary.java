package io.thunderhead.tornado.cuda;

import java.util.IdentityHashMap;
import java.util.Objects;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoNativeStreamSupport;

/// Runs [CudaCall]s on the stream of the graph that they are in. TornadoVM finds it through META-INF/services.
public final class CudaLibrary implements TornadoLibraryProvider {
    static final String NAME = "thunderhead/cuda";

    private static final int BF16_BYTES = 2;
    private static final int GROUP_INTS = 3;

    /// Of one plan: its stream, its kernels, a handle of cuBLAS.
    private record Plan(Cuda cuda, long context, long stream, CudaModules modules, long blas)
            implements LibraryContext {
        long function(CudaCall.Launch launch) {
            return modules.function(launch);
        }
    }

    @Override
    public String libraryName() {
        return NAME;
    }

    @Override
    public boolean canHandle(TornadoXPUDevice device) {
        return device instanceof TornadoNativeStreamSupport;
    }

    @Override
    public LibraryContext createContext(TornadoXPUDevice device, long executionPlanId) {
        TornadoNativeStreamSupport streams = (TornadoNativeStreamSupport) device;
        Cuda cuda = new Cuda();
        long context = streams.getNativeContext(executionPlanId);
        cuda.use(context);
        long stream = streams.getNativeStream(executionPlanId);
        return new Plan(cuda, context, stream, new CudaModules(cuda), cuda.createBlas(stream));
    }

    /// A kernel is loaded before a graph is recorded, when loading is not allowed.
    @Override
    public void prepare(LibraryTaskDescriptor descriptor, LibraryContext context) {
        Plan plan = (Plan) context;
        plan.cuda().use(plan.context());
        switch ((CudaCall) descriptor.getTuning()) {
            case CudaCall.Launch launch -> plan.function(launch);
            case CudaCall.GroupedExperts experts -> plan.function(siluTimes(experts.intermediate()));
            case CudaCall.Sequence sequence -> sequence.parts().forEach(part -> plan.function(part.launch()));
            case CudaCall.Product _, CudaCall.Locate _ -> {}
        }
    }

    @Override
    public void dispatch(String functionName, LibraryInvocation invocation) {
        Plan plan = (Plan) invocation.getContext();
        plan.cuda().use(plan.context());
        switch ((CudaCall) invocation.getTuning()) {
            case CudaCall.Launch launch ->
                plan.cuda().launch(plan.function(launch), launch, plan.stream(), arguments(invocation));
            case CudaCall.Product product ->
                plan.cuda()
                        .product(
                                plan.blas(),
                                product.rows(),
                                product.outSize(),
                                product.inSize(),
                                invocation.getDevicePointer(0),
                                invocation.getDevicePointer(1),
                                invocation.getDevicePointer(2));
            case CudaCall.Locate(Addresses addresses) -> {
                for (int i = 0; i < invocation.getNumArgs(); i++) {
                    addresses.put(invocation.getArg(i), invocation.getDevicePointer(i));
                }
            }
            case CudaCall.Sequence sequence -> launchAll(plan, sequence, invocation);
            case CudaCall.GroupedExperts experts -> groupedExperts(plan, experts, invocation);
        }
    }

    private static Object[] arguments(LibraryInvocation invocation) {
        Object[] arguments = new Object[invocation.getNumArgs()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = invocation.isReference(i) ? (Object) invocation.getDevicePointer(i) : invocation.getArg(i);
        }
        return arguments;
    }

    private static void launchAll(Plan plan, CudaCall.Sequence sequence, LibraryInvocation invocation) {
        IdentityHashMap<Object, Long> addresses = new IdentityHashMap<>();
        for (int i = 0; i < invocation.getNumArgs(); i++) {
            addresses.put(invocation.getArg(i), invocation.getDevicePointer(i));
        }
        for (CudaCall.Part part : sequence.parts()) {
            Object[] arguments = part.arguments().stream()
                    .map(argument -> Objects.requireNonNullElse(addresses.get(argument), argument))
                    .toArray();
            if (part.early()) {
                plan.cuda().launchEarly(plan.function(part.launch()), part.launch(), plan.stream(), arguments);
            } else {
                plan.cuda().launch(plan.function(part.launch()), part.launch(), plan.stream(), arguments);
            }
        }
    }

    private record Group(long firstRow, int rows, long matrix) {
        static Group of(IntArray groups, int index) {
            int at = index * GROUP_INTS;
            return new Group(groups.get(at), groups.get(at + 1), groups.get(at + 2));
        }
    }

    private static void groupedExperts(Plan plan, CudaCall.GroupedExperts call, LibraryInvocation invocation) {
        IntArray groups = (IntArray) invocation.getArg(7);
        long x = invocation.getDevicePointer(0);
        long gates = invocation.getDevicePointer(4);
        long ups = invocation.getDevicePointer(5);
        int hidden = call.hidden();
        int intermediate = call.intermediate();
        CudaCall.Launch activate = siluTimes(intermediate);
        for (int i = 0; i < call.groups(); i++) {
            Group group = Group.of(groups, i);
            if (group.rows() == 0) {
                continue;
            }
            product(plan, group, intermediate, hidden, x, invocation.getDevicePointer(1), gates);
            product(plan, group, intermediate, hidden, x, invocation.getDevicePointer(2), ups);
            long at = group.firstRow() * intermediate * BF16_BYTES;
            int pairs = group.rows() * intermediate / 2;
            plan.cuda().launch(plan.function(activate), activate, plan.stream(), gates + at, ups + at, pairs);
            product(
                    plan,
                    group,
                    hidden,
                    intermediate,
                    gates,
                    invocation.getDevicePointer(3),
                    invocation.getDevicePointer(6));
        }
    }

    private static CudaCall.Launch siluTimes(int intermediate) {
        return new CudaCall.Launch("siluTimes", Math.clamp(intermediate / 4, 1, 1024), 1, 256);
    }

    private static void product(Plan plan, Group group, int outSize, int inSize, long x, long w, long y) {
        if (group.rows() > 0) {
            plan.cuda()
                    .product(
                            plan.blas(),
                            group.rows(),
                            outSize,
                            inSize,
                            x + group.firstRow() * inSize * BF16_BYTES,
                            w + group.matrix() * outSize * inSize * BF16_BYTES,
                            y + group.firstRow() * outSize * BF16_BYTES);
        }
    }

    @Override
    public void destroyContext(LibraryContext context) {
        Plan plan = (Plan) context;
        plan.cuda().use(plan.context());
        plan.cuda().destroyBlas(plan.blas());
        plan.modules().unload();
    }
}
