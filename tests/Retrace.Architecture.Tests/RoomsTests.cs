using Mono.Cecil;

namespace Retrace.Architecture.Tests;

/// <summary>Which rooms the code has, and which of them may know of which: docs/architecture.md.</summary>
public sealed class RoomsTests
{
    private static readonly AssemblyDefinition[] Assemblies =
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "Retrace*.dll")
            .Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(AssemblyDefinition.ReadAssembly),
    ];

    private static readonly TypeUse[] Uses =
    [
        .. Assemblies.SelectMany(TypeUse.In)
            .Where(use => use.From.StartsWith("Retrace", StringComparison.Ordinal)),
    ];

    // A namespace sees those around it without saying so; that use counts like any other.
    [Fact]
    public void No_namespaces_use_each_other_in_a_circle()
    {
        Dictionary<string, Dictionary<string, TypeUse>> arrows = Uses
            .Where(use => use.To.StartsWith("Retrace", StringComparison.Ordinal) && use.From != use.To)
            .GroupBy(use => use.From)
            .ToDictionary(
                from => from.Key, from => from.GroupBy(use => use.To).ToDictionary(to => to.Key, to => to.First()));
        Assert.True(arrows.Count > 30);

        string[] circles =
        [
            .. from outward in arrows.Values.SelectMany(targets => targets.Values)
               let back = WayBack(outward.To, outward.From)
               where back is not null
               select $"{outward.From} → {string.Join(" → ", back)}, since {outward}",
        ];
        Assert.True(circles.Length == 0, string.Join("\n", circles));

        // The shortest way along the arrows; null where there is none.
        string[]? WayBack(string from, string to)
        {
            Dictionary<string, string?> reachedFrom = new() { [from] = null };
            Queue<string> next = new([from]);
            while (next.TryDequeue(out string? place))
            {
                if (place == to)
                {
                    List<string> way = [];
                    for (string? step = place; step is not null; step = reachedFrom[step])
                    {
                        way.Insert(0, step);
                    }
                    return [.. way];
                }
                foreach (string target in arrows.GetValueOrDefault(place)?.Keys.ToArray() ?? [])
                {
                    if (reachedFrom.TryAdd(target, place))
                    {
                        next.Enqueue(target);
                    }
                }
            }
            return null;
        }
    }

    [Fact]
    public void The_method_reads_no_files_and_calls_no_system_library()
    {
        string[] files = ["System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.Directory"];
        Assert.DoesNotContain(
            TypeUse.In(AssemblyNamed("Retrace")), use => files.Contains(use.Used.FullName));
        Assert.DoesNotContain(
            AssemblyNamed("Retrace").MainModule.GetTypes().SelectMany(type => type.Methods), method => method.IsPInvokeImpl);
    }

    [Theory]
    [InlineData("Retrace")]
    [InlineData("Retrace.Files")]
    [InlineData("Retrace.Images")]
    [InlineData("Retrace.Statistics")]
    [InlineData("Retrace.Geometry")]
    [InlineData("Retrace.Simulation")]
    [InlineData("Retrace.RolloutServers")]
    [InlineData("Retrace.Configuration")]
    [InlineData("Retrace.Data")]
    [InlineData("Retrace.Runs")]
    [InlineData("Retrace.Reporting")]
    [InlineData("Retrace.Dashboard")]
    public void Rooms_without_a_model_need_no_torch(string assembly) =>
        Assert.DoesNotContain("TorchSharp", ReferencesOf(assembly));

    [Fact]
    public void Families_are_named_by_the_list_of_families_alone()
    {
        Assert.Contains(Uses, use => IsOfFamily(use.To) && !IsOfFamily(use.From));
        Assert.All(
            Uses.Where(use => IsOfFamily(use.To) && !IsOfFamily(use.From)),
            use => Assert.Equal("Retrace.Models.ModelFamilies", use.User.FullName.Split('/')[0]));

        static bool IsOfFamily(string name) => name.StartsWith("Retrace.Models.Families.", StringComparison.Ordinal);
    }

    private static AssemblyDefinition AssemblyNamed(string name) => Assemblies.Single(one => one.Name.Name == name);

    // Those of ours that it references count with theirs.
    private static HashSet<string> ReferencesOf(string assembly)
    {
        HashSet<string> all = [];
        Queue<string> next = new([assembly]);
        while (next.TryDequeue(out string? name))
        {
            foreach (string reference in AssemblyNamed(name).MainModule.AssemblyReferences.Select(one => one.Name))
            {
                if (all.Add(reference) && Assemblies.Any(one => one.Name.Name == reference))
                {
                    next.Enqueue(reference);
                }
            }
        }
        return all;
    }
}
