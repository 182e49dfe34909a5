using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Retrace.Architecture.Tests;

/// <summary>The types that compute with tensors on the model's device, and what they call, read off the assemblies.</summary>
internal static class TensorCode
{
    private static readonly string[] Rooms =
        ["Retrace.Models.Network", "Retrace.Models.Families", "Retrace.Training.Rollouts", "Retrace.Training.Learning"];

    private static readonly (string Type, string Member)[] Uses =
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "Retrace.*.dll")
            .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal))
            .SelectMany(path => AssemblyDefinition.ReadAssembly(path).MainModule.GetTypes())
            .Where(type => Rooms.Any(room => Outermost(type).Namespace.StartsWith(room, StringComparison.Ordinal)))
            .SelectMany(type => type.Methods.Where(method => method.HasBody)
                .SelectMany(method => method.Body.Instructions)
                .Select(instruction => (Outermost(type).Name, MemberOf(instruction))))
            .Distinct(),
    ];

    /// <summary>The types in these rooms that call a method, or types inside them do.</summary>
    /// <param name="member">Its full name, such as <c>TorchSharp.torch/Tensor.item</c>.</param>
    public static IEnumerable<string> TypesThatUse(string member) =>
        Uses.Where(use => use.Member == member).Select(use => use.Type).Distinct();

    private static string MemberOf(Instruction instruction) => instruction.Operand is MemberReference member
        ? $"{member.DeclaringType?.FullName}.{member.Name}"
        : "";

    private static TypeDefinition Outermost(TypeDefinition type) =>
        type.DeclaringType is { } around ? Outermost(around) : type;
}
