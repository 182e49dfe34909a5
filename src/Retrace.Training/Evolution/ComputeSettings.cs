using Retrace.Training.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Evolution;

/// <summary>The tensors' type and place that a configuration asks for.</summary>
public static class ComputeSettings
{
    /// <exception cref="BadInputException">The device is not there.</exception>
    public static (ScalarType Type, Device Device) Of(ModelSettings settings)
    {
        if (settings.Device == "cuda" && !cuda.is_available())
        {
            throw new BadInputException(
                "model.device is cuda, but this build of torch sees no CUDA device; retrace doctor says more.");
        }
        return (
            settings.Dtype == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32,
            settings.Device == "cuda" ? CUDA : CPU);
    }
}
