package io.thunderhead.model.config;

import java.util.Optional;

/// Rotary position embedding: base, and how many leading dimensions of a head turn.
///
/// Neither `rotary_dim` nor `partial_rotary_factor` means the whole head, which is what transformers does.
record RotaryReader(double theta, int rotaryDim) {
    private static final double DEFAULT_THETA = 1e6;

    static RotaryReader read(ConfigFields fields, int headDim) {
        ConfigFields parameters = fields.nested("rope_parameters");
        refuseScaling(parameters);
        refuseScaling(fields.nested("rope_scaling"));
        double theta = parameters.positive("rope_theta", fields.positive("rope_theta", DEFAULT_THETA));
        return new RotaryReader(theta, rotaryDim(fields, parameters, headDim));
    }

    private static int rotaryDim(ConfigFields fields, ConfigFields parameters, int headDim) {
        Optional<Double> factor = factor(parameters).or(() -> factor(fields));
        int byFactor = (int) Math.round(factor.orElse(1.0) * headDim);
        int rotaryDim = fields.size("rotary_dim", headDim, byFactor);
        if (rotaryDim % 2 != 0 || rotaryDim < 2 || rotaryDim > headDim) {
            fields.problem("rotary_dim", "an even number from 2 to head_dim " + headDim, String.valueOf(rotaryDim));
        }
        if (factor.isPresent() && byFactor != rotaryDim) {
            fields.problem("rotary_dim", byFactor + " by partial_rotary_factor", String.valueOf(rotaryDim));
        }
        return rotaryDim;
    }

    private static Optional<Double> factor(ConfigFields fields) {
        return fields.has("partial_rotary_factor")
                ? Optional.of(fields.positive("partial_rotary_factor", 1))
                : Optional.empty();
    }

    private static void refuseScaling(ConfigFields rope) {
        for (String key : new String[] {"rope_type", "type"}) {
            if (!rope.text(key, "default").equals("default")) {
                rope.problem(key, "\"default\": positions are not rescaled", rope.raw(key));
            }
        }
    }
}
