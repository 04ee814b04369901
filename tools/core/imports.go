package main

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"slices"
	"strconv"
)

// withoutImports takes imports out of a Go file, and the entries of maps whose values use them. What else uses them does
// not compile afterwards.
func withoutImports(file string, imports []string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	text, err = dropImports(text, imports)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}

func dropImports(text []byte, imports []string) ([]byte, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, "", text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	dropped := map[string]bool{} // names under which the file knows the packages
	for _, decl := range tree.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		gen.Specs = slices.DeleteFunc(gen.Specs, func(spec ast.Spec) bool {
			s := spec.(*ast.ImportSpec)
			from, err := strconv.Unquote(s.Path.Value)
			if err != nil || !slices.Contains(imports, from) {
				return false
			}
			name := path.Base(from)
			if s.Name != nil {
				name = s.Name.Name
			}
			dropped[name] = true
			return true
		})
	}
	ast.Inspect(tree, func(node ast.Node) bool {
		if literal, ok := node.(*ast.CompositeLit); ok {
			literal.Elts = slices.DeleteFunc(literal.Elts, func(entry ast.Expr) bool { return uses(entry, dropped) })
		}
		return true
	})
	var out bytes.Buffer
	err = format.Node(&out, files, tree)
	return out.Bytes(), err
}

// uses reports whether an entry of a map takes its value from one of the packages.
func uses(entry ast.Expr, packages map[string]bool) (found bool) {
	pair, ok := entry.(*ast.KeyValueExpr)
	if !ok {
		return false
	}
	ast.Inspect(pair.Value, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok && packages[name.Name] {
				found = true
			}
		}
		return !found
	})
	return found
}
